# syntax=docker/dockerfile:1
#
# Prestow's image: Node.js from the base, two bundles, and a small static program as entrypoint.
#
#   platforms=linux/amd64,linux/arm64,linux/ppc64le,linux/s390x
#   docker buildx build --platform $platforms -t prestow:VERSION .
#   docker buildx build --platform $platforms --build-arg BASE=node:24-bookworm-slim -t prestow:VERSION-distro .
#
# The second has a shell and the libraries of a distribution, for credential plugins. The bundles are made once, on the
# platform that builds; the launcher is compiled on each (by emulation where it is foreign). Where there are no builder
# images, `--build-context built=DIR` brings both from a folder, and the stages that make them are skipped.

# Needs Node.js at /nodejs/bin/node or /usr/local/bin/node.
ARG BASE=gcr.io/distroless/nodejs24-debian12
ARG NODE_BUILDER=node:24-bookworm-slim
ARG C_BUILDER=gcc:14-bookworm

FROM --platform=$BUILDPLATFORM ${NODE_BUILDER} AS bundle
WORKDIR /build
COPY package.json package-lock.json tsconfig.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts/bundle.ts scripts/
COPY src src/
RUN node scripts/bundle.ts

FROM ${C_BUILDER} AS launcher
COPY deploy/image/launcher.c /build/
RUN gcc -Wall -Wextra -Werror -Os -static -s -o /build/prestow /build/launcher.c

FROM scratch AS built
COPY --from=launcher /build/prestow /
COPY --from=bundle /build/dist/prestow.cjs /build/dist/agent.cjs /

FROM ${BASE}
LABEL org.opencontainers.image.title="prestow" \
      org.opencontainers.image.description="OCI images on every Kubernetes node before the pods arrive" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=built /prestow.cjs /agent.cjs /usr/local/lib/prestow/
COPY --from=built /prestow /usr/local/bin/
# Not root, but of its group: a runtime's socket belongs to root:root with mode 0660, and the manifests of the tools
# that this image takes over from name no user. The kubelet passes on the number of the user alone; its group is then
# the one in the base's /etc/passwd, and 0 only for a number that is not there.
USER 10001:0
ENTRYPOINT ["/usr/local/bin/prestow"]
# Else a base's own command would become the arguments.
CMD []
