"""The network as a graph: who reaches whom, cycles, drawings."""
