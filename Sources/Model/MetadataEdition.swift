/// What a boot's metadata says otherwise than that of a plain first boot.
///
/// Shape: what is nil is as the instance has it. A boot that goes on with an instance is given another edition so that
/// it shows what a changed value does at the next boot.
package struct MetadataEdition: Codable, Hashable, Sendable {
  /// What becomes of a script that is given through metadata.
  package enum Script: String, Codable, Hashable, Sendable, CaseIterable {
    /// It leaves its mark, and ends with status 0.
    case succeeds
    /// It leaves its mark all the same, and ends with status 1.
    case fails
    /// The key is not there.
    case removed
  }

  /// `sdc:hostname`, when it has changed since the instance's first boot.
  package var hostname: String?
  /// The word that scripts and user-data hold, when they have changed: only what was run or written anew has it.
  package var nonce: String?
  package var userScript: Script
  package var operatorScript: Script
  /// Whether `overwrite_root_akeys` says `overwrite`.
  package var overwritesKeys: Bool
  /// Lines of 32 bytes of a value that is too big for careless clients; nil: it is not there.
  package var bigLines: Int?

  package init(
    hostname: String? = nil, nonce: String? = nil, userScript: Script = .succeeds, operatorScript: Script = .succeeds,
    overwritesKeys: Bool = false, bigLines: Int? = nil
  ) {
    (self.hostname, self.nonce) = (hostname, nonce)
    (self.userScript, self.operatorScript, self.overwritesKeys) = (userScript, operatorScript, overwritesKeys)
    self.bigLines = bigLines
  }
}

extension Boot {
  /// The host name that this boot's metadata gives.
  package var hostname: String { edition?.hostname ?? instance.hostname }
  /// The word that the scripts and the user-data of this boot hold.
  package var nonce: String { edition?.nonce ?? instance.nonce }
  /// The boot whose disk this one starts with, whoever's instance it is.
  package var startsFrom: String? { continues ?? copies }
}
