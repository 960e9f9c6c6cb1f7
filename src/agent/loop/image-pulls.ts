import type { AgentObserver } from "../../results/agent-status.ts";
import type { PullEvent } from "../../results/pull-events.ts";
import type { RuntimeImage } from "../../runtime/runtime.ts";
import type { ImagePullTools } from "../image-pull.ts";
import type { Keeper } from "../keeper.ts";
import { AgentPull, type AgentPullSettings } from "./agent-pull.ts";
import type { LeaseReleases } from "./lease-releases.ts";
import type { PresentImages } from "./present-images.ts";
import type { TrackedImage } from "./tracked-images.ts";

export interface ImagePullingTools {
  readonly pullTools: Omit<ImagePullTools, "observe">;
  readonly observer: Pick<AgentObserver, "pull">;
  readonly keeper: Pick<Keeper, "notePulled">;
}

/** The pull of a tracked image, which learns from it what the loop decides by. */
export function createImagePull(
  image: TrackedImage,
  settings: AgentPullSettings,
  tools: ImagePullingTools,
  { present, releases }: { readonly present: PresentImages; readonly releases: LeaseReleases },
): AgentPull {
  const { name } = image.wanted;
  releases.keep(name);
  const observe = (event: PullEvent) => {
    if (event.type === "attempt-failed") {
      image.tried = true;
      image.failure = { kind: event.kind, message: event.message };
    }
    tools.observer.pull(event);
  };
  const onPulled = (pulled: RuntimeImage) => {
    image.pull = undefined;
    image.pulledHere = true;
    present.add(pulled);
    // Some runtimes complete a short name by rules of their own; the id is then all that the list has of it.
    image.knownAs = present.index()?.byName(name) === undefined ? pulled.id : undefined;
    tools.keeper.notePulled(name, pulled.id);
    releases.add(name);
  };
  return new AgentPull(image.wanted, settings, { ...tools.pullTools, observe }, onPulled);
}
