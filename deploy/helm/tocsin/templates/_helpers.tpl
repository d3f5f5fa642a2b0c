{{- define "tocsin.labels" -}}
app.kubernetes.io/name: tocsin
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "tocsin.selector" -}}
app.kubernetes.io/name: tocsin
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "tocsin.name" -}}
{{ printf "%s-%s" .root.Release.Name .component | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* What every pod has in common: not root, nothing to gain, no token of Kubernetes. */}}
{{- define "tocsin.pod" -}}
automountServiceAccountToken: false
# Variables that Kubernetes makes of services would look like misspelt settings.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The container of a process: root, component, args, secret. What follows is added by whoever includes it. */}}
{{- define "tocsin.container" -}}
name: {{ .component }}
image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: {{ toJson .args }}
env:
  - { name: TOCSIN_ENV, value: production }
  {{- range $name, $value := .root.Values.env }}
  {{- if $value }}
  - { name: {{ $name }}, value: {{ $value | quote }} }
  {{- end }}
  {{- end }}
  {{- if and (eq .component "worker") .root.Values.existingDirectorySecret }}
  - { name: TOCSIN_DIRECTORY, value: /etc/tocsin-directory }
  {{- end }}
  {{- if .metrics }}
  - { name: TOCSIN_METRICS_ADDRESS, value: '0.0.0.0:9464' }
  {{- end }}
envFrom:
  - secretRef: { name: {{ .secret }} }
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
resources: {{ toYaml .resources | nindent 2 }}
volumeMounts:
  - { name: data, mountPath: /var/lib/tocsin }
  - { name: tmp, mountPath: /tmp }
  - { name: files, mountPath: /etc/tocsin, readOnly: true }
  {{- if eq .component "worker" }}
  - { name: keys, mountPath: /etc/tocsin-keys, readOnly: true }
  {{- if .root.Values.existingDirectorySecret }}
  - { name: directory, mountPath: /etc/tocsin-directory, readOnly: true }
  {{- end }}
  {{- end }}
{{- end }}

{{- define "tocsin.volumes" -}}
- { name: tmp, emptyDir: {} }
- name: files
  {{- if .Values.files.existingSecret }}
  secret: { secretName: {{ .Values.files.existingSecret }} }
  {{- else }}
  configMap: { name: {{ required "files.existingConfigMap: name the ConfigMap with organisation.yaml and the others" .Values.files.existingConfigMap }} }
  {{- end }}
{{- end }}
