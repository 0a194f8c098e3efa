/// The version that `--version` prints and reports carry.
package let imgverifyVersion = "0.1.0"
