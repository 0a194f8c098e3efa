/// Checks that no folder of `fixtures/faults` proves yet. The list only shrinks: a new check comes with its fault.
let checksWithoutFault: Set<String> = []

/// Clauses of the contract that must or should hold, can be observed here, and have no check yet. It only shrinks, too.
let clausesWithoutCheck: Set<Int> = []
