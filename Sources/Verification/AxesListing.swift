package import Planning

/// The axes, their constraints and the machines with names, for people.
package func axesText(_ axes: Axes) -> String {
  var lines = [
    "\(axes.axes.count) axes; a number in brackets: how often a value is taken where coverage leaves a choice"
  ]
  lines += aligned(
    axes.axes.map { axis in
      let values = axis.values.map { $0.weight == 1 ? $0.name : "\($0.name) (\($0.weight))" }
      return ["  \(axis.id)", axis.title, values.joined(separator: ", ")]
    })
  lines += ["", "\(axes.constraints.count) constraints: values that no machine has together, and why"]
  for constraint in axes.constraints {
    lines += ["  " + words(constraint.never, axes).joined(separator: " + "), "      \(constraint.because)"]
  }
  lines += ["", "profiles: always booted"] + named(axes.profiles, axes)
  lines += ["", "compatibility: hardware that the image need not know, all else as usual; decides nothing"]
  lines += named(axes.compatibility, axes)
  return lines.joined(separator: "\n")
}

/// `axis=value`, in the order of the axes.
private func words(_ choices: [String: String], _ axes: Axes) -> [String] {
  axes.axes.compactMap { axis in choices[axis.id].map { "\(axis.id)=\($0)" } }
}

private func named(_ profiles: [Profile], _ axes: Axes) -> [String] {
  profiles.flatMap { profile in
    ["  \(profile.name)"] + wrapped(words(profile.choices, axes), columns: 100).map { "      \($0)" }
  }
}

/// Words with commas, in lines of at most `columns`.
private func wrapped(_ words: [String], columns: Int) -> [String] {
  var lines: [String] = []
  for (index, word) in words.enumerated() {
    let word = index + 1 < words.count ? word + "," : word
    if let last = lines.last, last.count + 1 + word.count <= columns {
      lines[lines.count - 1] += " " + word
    } else {
      lines.append(word)
    }
  }
  return lines
}
