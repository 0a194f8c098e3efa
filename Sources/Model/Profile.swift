/// Whose promises an image is held to.
package enum Profile: String, Codable, Hashable, Sendable, CaseIterable {
  /// All that Triton and SmartOS promise to a guest's user.
  case triton
  /// What any cloud image promises: without what SmartOS alone knows, such as `mdata-get` or hostid from the uuid.
  case generic
}
