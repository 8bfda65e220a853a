{{- define "bootready.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end }}

{{- define "bootready.image" -}}
{{- with .Values.image }}{{ if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}{{ end }}
{{- end }}

{{/* Of (root, part). */}}
{{- define "bootready.selector" -}}
app.kubernetes.io/name: bootready
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "bootready.labels" -}}
{{ include "bootready.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* What every container has that runs no foreign bytes: Pod Security "restricted". */}}
{{- define "bootready.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 10001
capabilities: { drop: [ALL] }
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/* Variables of a process; of (root, part, own, files): its values, its fixed variables, and the secrets that it gets, by variable. */}}
{{- define "bootready.env" -}}
{{- $values := .root.Values }}
{{- $set := dict "TEMPORAL_ADDRESS" $values.temporal.address "TEMPORAL_NAMESPACE" $values.temporal.namespace "S3_ENDPOINT" (required "store.endpoint is required: the address of the object store" $values.store.endpoint) "S3_REGION" $values.store.region "S3_PATH_STYLE" (toString $values.store.pathStyle) "METRICS_HOST" "0.0.0.0" "METRICS_PORT" "9464" }}
{{- with $values.temporal.uiUrl }}{{ $_ := set $set "TEMPORAL_UI_URL" . }}{{ end }}
{{- with $values.store.publicEndpoint }}{{ $_ := set $set "S3_PUBLIC_ENDPOINT" . }}{{ end }}
{{- with $values.publicUrl }}{{ $_ := set $set "API_PUBLIC_URL" . }}{{ end }}
{{- $set = merge (dict) .own $set }}
{{- range $name, $value := merge (dict) .part.env $values.env }}{{ $_ := set $set $name (toString $value) }}{{ end }}
{{- range $name, $file := .files }}{{ $_ := set $set (printf "%s_FILE" $name) (printf "/run/secrets/%s" $file) }}{{ end }}
{{- range $name := keys $set | sortAlpha }}
- name: {{ $name }}
  value: {{ get $set $name | quote }}
{{- end }}
{{- end }}

{{- define "bootready.secretVolume" -}}
- name: secrets
  secret:
    secretName: {{ .secret }}
    defaultMode: 0440
    items:
      {{- range $file := .files | uniq | sortAlpha }}
      - { key: {{ $file }}, path: {{ $file }} }
      {{- end }}
{{- end }}

{{- define "bootready.placement" -}}
{{- with .part.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .part.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .part.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "bootready.selector" (dict "root" .root "part" .name) | nindent 8 }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- end }}

{{- define "bootready.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 4
{{- end }}
