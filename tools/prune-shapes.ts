/**
 * What gcloud prints as JSON, as far as it is read here: Cloud Run in the form of its API v1 (Knative), Secret Manager as
 * in its API v1. Where something has another form, nobody can say which versions are needed, so parsing is strict about
 * all that is read.
 */
import { z } from "zod";

const condition = z.object({ type: z.string(), status: z.string() });
const target = z.object({
	revisionName: z.string().optional(),
	latestRevision: z.boolean().optional(),
});

export const serviceShape = z.object({
	kind: z.literal("Service"),
	metadata: z.object({
		name: z.string(),
		generation: z.number(),
		labels: z.record(z.string(), z.string()).default({}),
	}),
	spec: z.object({ traffic: z.array(target).default([]) }),
	status: z.object({
		observedGeneration: z.number(),
		latestCreatedRevisionName: z.string(),
		latestReadyRevisionName: z.string().default(""),
		traffic: z.array(target).default([]),
		conditions: z.array(condition),
	}),
});

const containersShape = z.object({
	/** Missing where the project's default account is meant. */
	serviceAccountName: z.string().default(""),
	containers: z
		.array(
			z.object({
				env: z
					.array(
						z.object({
							valueFrom: z
								.object({
									secretKeyRef: z.object({ name: z.string(), key: z.string() }),
								})
								.optional(),
						}),
					)
					.default([]),
			}),
		)
		.min(1),
	volumes: z
		.array(
			z.object({
				secret: z
					.object({
						secretName: z.string(),
						items: z.array(z.object({ key: z.string() })).default([]),
					})
					.optional(),
			}),
		)
		.default([]),
});
export type Containers = z.infer<typeof containersShape>;

/** `run.googleapis.com/secrets`: names that stand for secrets given by their whole path. */
const annotations = z.record(z.string(), z.string()).default({});

export const revisionShape = z.object({
	kind: z.literal("Revision"),
	metadata: z.object({
		name: z.string(),
		annotations,
		labels: z.object({ "serving.knative.dev/service": z.string() }),
	}),
	spec: containersShape,
	status: z.object({ conditions: z.array(condition).default([]) }),
});

export const jobShape = z.object({
	kind: z.literal("Job"),
	metadata: z.object({ name: z.string() }),
	spec: z.object({
		template: z.object({
			metadata: z.object({ annotations }).default({ annotations: {} }),
			spec: z.object({ template: z.object({ spec: containersShape }) }),
		}),
	}),
});

export const versionShape = z.object({
	name: z.string().regex(/^projects\/\d+\/secrets\/[^/]+\/versions\/\d+$/),
	state: z.enum(["ENABLED", "DISABLED", "DESTROYED"]),
	/** Of a version whose destruction is under way already, after a delay. */
	scheduledDestroyTime: z.string().optional(),
});

export const secretShape = z.object({
	name: z.string().regex(/^projects\/\d+\/secrets\/[^/]+$/),
});

export const accountShape = z.object({ email: z.string() });

export const policyShape = z.object({
	bindings: z
		.array(
			z.object({
				role: z.string(),
				members: z.array(z.string()).default([]),
			}),
		)
		.default([]),
});

/** What `pulumi stack export` prints; encrypted values stay so. */
export const exportShape = z.object({
	deployment: z.object({
		resources: z
			.array(
				z.object({
					urn: z.string(),
					outputs: z.record(z.string(), z.unknown()).optional(),
					protect: z.boolean().default(false),
					/** What a failed update left to be deleted. */
					delete: z.boolean().default(false),
				}),
			)
			.default([]),
	}),
});
