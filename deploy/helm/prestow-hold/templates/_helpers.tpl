{{/* Labels of every object. */}}
{{- define "hold.labels" -}}
{{ include "hold.podLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* Labels of the controller's pods: what changes with each version of the chart is not among them. */}}
{{- define "hold.podLabels" -}}
app: {{ .Values.deploymentName }}
app.kubernetes.io/name: prestow-hold
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The controller's image: REPOSITORY:TAG, or REPOSITORY@DIGEST. */}}
{{- define "hold.image" -}}
{{- $why := "image.repository is not set: build Prestow's image (see its Dockerfile), push it, and name it here" -}}
{{- $tag := default .Chart.AppVersion .Values.image.tag | toString -}}
{{- printf "%s%s%s" (required $why .Values.image.repository) (hasPrefix "sha256:" $tag | ternary "@" ":") $tag -}}
{{- end }}

{{/* A setting that is JSON in the ConfigMap and may be YAML in the values. */}}
{{- define "hold.json" -}}
{{- kindIs "string" . | ternary . (toJson .) -}}
{{- end }}

{{/* IMAGES, from a string or a map. */}}
{{- define "hold.images" -}}
{{- $images := .Values.configMap.images -}}
{{- if kindIs "map" $images -}}
{{- range $name, $ref := $images }}{{ $name }}={{ $ref }};{{ end -}}
{{- else -}}
{{- required "configMap.images is not set: use name=image;name=image;" $images -}}
{{- end -}}
{{- end }}

{{/* IMAGE_PULL_SECRETS, from a string or a list. */}}
{{- define "hold.pullSecrets" -}}
{{- $secrets := .Values.configMap.imagePullSecrets -}}
{{- kindIs "slice" $secrets | ternary (join ";" $secrets) $secrets -}}
{{- end }}

{{/* The PriorityClass of the pods that hold images; empty where there is none. */}}
{{- define "hold.heldPriorityClass" -}}
{{- with .Values.heldPods.priorityClass -}}
{{- if .name -}}
{{- .name -}}
{{- else if .create -}}
{{- printf "%s-%s-held" $.Release.Namespace $.Values.deploymentName -}}
{{- end -}}
{{- end -}}
{{- end }}
