/**
 * The text that `reroute new` writes: a small policy that stands alone, with a test that passes.
 * It checks without a finding and is laid out as `fmt` would. `name` must be a name of the language.
 */
export function policyTemplate(name: string): string {
  return `/// Starts cheap, and moves up when the session struggles.
policy ${name}

// ------------------------------------------------------------------ what there is

scale tier = [standard, premium]

/// Replace these with your own. \`import\` takes them from a shared catalogue.
provider acme {
  region us
}

model swift-1 {
  tier standard
  accepts [text]
  context 200k tokens
  served-by [acme]
  price per 1M tokens {
    input $0.30
    output $1.20
    cache-read 0.10x
  }
}

model deep-1 {
  tier premium
  accepts [text, image]
  context 200k tokens
  served-by [acme]
  price per 1M tokens {
    input $5
    output $25
    cache-read 0.10x
  }
}

pool main = [deep-1, swift-1]

// ------------------------------------------------------------------ what is watched

/// Failed tools among the last six that mean the model is struggling.
setting too-many = 3 from 2 to 6

signal struggling = count failures in last 6 tools >= too-many

// ------------------------------------------------------------------ what is decided

on start {
  otherwise cheapest:
    choose cheapest from main
    else stop "no model can take this call"
}

on turn, call {
  rule image:
    when images > 0 and not accepts(current, image)
    then upgrade to deep-1 else stop "no model can take the image"

  rule stuck:
    when struggling and current is not deep-1
    then upgrade to deep-1 else keep

  otherwise keep
}

// ------------------------------------------------------------------ what must hold

/// Once a session has moved up, it stays there.
invariant one-way: when allowed(before) then always tier(after) >= tier(before)

test "three failed tools move the session up" {
  user "fix the build" -> swift-1 by cheapest
  repeat 3 times {
    tool "Bash" { command "npm test" } failed
  }
  call -> deep-1 by stuck
  user "thank you" -> deep-1 by otherwise
}

test "an image goes to a model that can see it" {
  user "fix the build" -> swift-1 by cheapest
  user "what is wrong here?" with { images 1 } -> deep-1 by image
}
`
}
