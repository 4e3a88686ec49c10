"""Go templates of KWOK's Stages. What is in capitals is filled in by ``kwok``.

``$now``, ``$pod`` and ``$id`` (as the kubelet names a pod in messages) are set, and within a
container ``$c`` (its spec), ``$old`` (its status so far), ``$n`` (its restarts), ``$began`` (since
when it runs), ``$last`` (its last state), and ``$ran`` and ``$runs`` (ids of the container before
this step and after it).
"""

STATUS = """
{{ $now := Now }}{{ $pod := . }}
{{ $id := printf "%s_%s(%s)" .metadata.name .metadata.namespace .metadata.uid }}
phase: PHASE
startTime: {{ or .status.startTime $now | Quote }}
{{ if not .status.podIP }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs: [{ip: {{ index . 0 | Quote }}}]
{{ end }}
{{ with PodIPsWith .spec.nodeName (or .spec.hostNetwork false) .metadata.uid .metadata.name \
.metadata.namespace }}
podIP: {{ index . 0 | Quote }}
podIPs: [{ip: {{ index . 0 | Quote }}}]
{{ end }}
{{ end }}
conditions:
{{ range $type := list "Initialized" "ContainersReady" "Ready" }}
{{ $is := "ALL_READY" }}{{ if eq $type "Initialized" }}{{ $is = "INITIALIZED" }}{{ end }}
{{ $since := $now }}
{{ range $pod.status.conditions }}
{{ if and (eq .type $type) (eq .status $is) }}{{ $since = .lastTransitionTime }}{{ end }}
{{ end }}
- type: {{ $type }}
  status: {{ $is | Quote }}
  lastTransitionTime: {{ $since | Quote }}
  lastProbeTime: PROBED
{{ if eq $is "True" }}
  reason: null
  message: null
{{ else if eq $type "Initialized" }}
  reason: ContainersNotInitialized
  message: "containers with incomplete status: [{{ range $pod.spec.initContainers }}\
{{ if regexMatch `TAG` .image }}{{ .name }}{{ end }}{{ end }}]"
{{ else }}
  reason: ContainersNotReady
  message: "containers with unready status: [{{ range $pod.spec.containers }}\
{{ if or INIT (regexMatch `TAG` .image) }}{{ .name }}{{ end }}{{ end }}]"
{{ end }}
{{ end }}
{{ range .spec.readinessGates }}
- {type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ end }}
{{ range $group := list "initContainers" "containers" }}
{{ $olds := $pod.status.containerStatuses }}
{{ if eq $group "initContainers" }}
{{ $olds = $pod.status.initContainerStatuses }}
initContainerStatuses:
{{ else }}
containerStatuses:
{{ end }}
{{ range $c := index $pod.spec $group }}
{{ $old := dict }}{{ range $olds }}{{ if eq .name $c.name }}{{ $old = . }}{{ end }}{{ end }}
{{ $n := int (or $old.restartCount 0) }}
{{ $began := $now }}
{{ with $old.state }}{{ with .running }}{{ $began = .startedAt }}{{ end }}{{ end }}
{{ $last := or $old.lastState dict }}
{{ with $old.state }}{{ if .terminated }}{{ $last = . }}{{ end }}{{ end }}
{{ $ran := printf "containerd://%s" (sha256sum (printf "%s %s %d" $id $c.name $n)) }}
{{ $is := regexMatch `TAG` $c.image }}
{{ if $is }}{{ $n = add $n RESTARTED }}{{ end }}
{{ $runs := printf "containerd://%s" (sha256sum (printf "%s %s %d" $id $c.name $n)) }}
- name: {{ $c.name | Quote }}
  image: {{ $c.image | Quote }}
  restartCount: {{ $n }}
{{ if and (eq $group "GROUP") $is }}
  ready: IS_READY
  started: IS_STARTED
  imageID: {{ if PULLED }}{{ printf "%s@sha256:%s" $c.image (sha256sum $c.image) | Quote }}\
{{ else }}""{{ end }}
{{ if PULLED }}
  containerID: {{ $runs | Quote }}
{{ end }}
  state: STATE
  lastState: LAST
{{ else if and INIT (eq $group "containers") }}
  ready: false
  started: false
  imageID: ""
  state: {waiting: {reason: PodInitializing}}
{{ else }}
  imageID: {{ printf "%s@sha256:%s" $c.image (sha256sum $c.image) | Quote }}
  containerID: {{ $runs | Quote }}
  ready: true
{{ if and (eq $group "initContainers") (ne (or $c.restartPolicy "") "Always") }}
  started: false
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $began | Quote }}, \
finishedAt: {{ $now | Quote }}, containerID: {{ $runs | Quote }}}}
{{ else }}
  started: true
  state: {running: {startedAt: {{ $began | Quote }}}}
{{ end }}
{{ end }}
{{ end }}
{{ end }}
"""
EVENT = """
{{ $pod := . }}{{ $n := 0 }}
{{ $id := printf "%s_%s(%s)" .metadata.name .metadata.namespace .metadata.uid }}
{{ $c := dict }}
{{ range .spec.GROUP }}{{ if regexMatch `TAG` .image }}{{ $c = . }}{{ end }}{{ end }}
{{ $message := MESSAGE }}
{{ $made := toDate "2006-01-02T15:04:05Z07:00" .metadata.creationTimestamp }}
{{ $age := sub (now | unixEpoch | int64) ($made | unixEpoch | int64) }}
apiVersion: v1
kind: Event
metadata:
  name: {{ printf "%s.%s" .metadata.name (trunc 16 (sha256sum (print .metadata.uid $message))) }}
  namespace: {{ .metadata.namespace }}
involvedObject:
  apiVersion: v1
  kind: Pod
  name: {{ .metadata.name }}
  namespace: {{ .metadata.namespace }}
  uid: {{ .metadata.uid }}
  resourceVersion: {{ .metadata.resourceVersion | quote }}
  fieldPath: {{ printf "spec.GROUP{%s}" $c.name | Quote }}
type: TYPE
reason: REASON
message: {{ $message | Quote }}
count: {{ add 1 (div $age 10) }}
firstTimestamp: {{ .metadata.creationTimestamp | Quote }}
lastTimestamp: {{ now | date "2006-01-02T15:04:05Z07:00" | Quote }}
source: {component: kubelet, host: {{ .spec.nodeName | Quote }}}
reportingComponent: kubelet
reportingInstance: {{ .spec.nodeName | Quote }}
"""
COMPLETE = """
{{ $now := Now }}
phase: Succeeded
conditions:
- {type: Ready, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "False", reason: PodCompleted, \
lastTransitionTime: {{ $now | Quote }}}
containerStatuses:
{{ range .status.containerStatuses }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .imageID | Quote }}
  restartCount: {{ .restartCount }}
  ready: false
  started: false
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, \
finishedAt: {{ $now | Quote }}}}
{{ end }}
"""
NODE = """
{{ $now := Now }}
phase: Running
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $.metadata.creationTimestamp | Quote }}
{{ end }}
addresses:
- {type: InternalIP, address: {{ NodeIP | Quote }}}
- {type: Hostname, address: {{ NodeName | Quote }}}
daemonEndpoints: {kubeletEndpoint: {Port: {{ NodePort }}}}
"""
