// Holds a pod's namespaces open; built by tools/setup/cluster.mjs.
module healthcenter/tools/cluster/modules/pause

go 1.25.0
