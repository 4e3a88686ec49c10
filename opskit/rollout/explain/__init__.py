"""Why a workload is not healthy: live, or from a recording."""
