/** What Cloud Run notes on a service or a job with every change. */
import type { Entry } from "../cloud/world.ts";
import { isObject } from "../provider/values.ts";
import { etag, timestamp } from "./fill-in.ts";

/** Whoever uses the stand-in. */
const SOMEBODY = "stand-in@example.com";

/** Stamps a resource that is created or changed. */
export function stamp({ properties }: Entry, prior: Entry | undefined): void {
	const now = timestamp();
	if (prior === undefined)
		Object.assign(properties, {
			uid: crypto.randomUUID(),
			createTime: now,
			creator: SOMEBODY,
			lastModifier: SOMEBODY,
		});
	properties.updateTime = now;
	properties.generation = String(Number(prior?.properties.generation ?? 0) + 1);
	properties.etag = `W/"${etag()}"`;
	properties.effectiveAnnotations = isObject(properties.annotations)
		? properties.annotations
		: {};
}
