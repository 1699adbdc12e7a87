/** `1234567` as `1,234,567`: of a string of digits, with or without a sign. */
export function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}
