// Checks slot histories of fault runs with porcupine; built by tools/setup/faults.mjs.
module healthcenter/tools/faults/linearizable

go 1.24.0

require github.com/anishathalye/porcupine v1.3.1
