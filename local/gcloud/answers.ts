/** The stand-in's resources in the form in which gcloud prints them: Cloud Run's API v1, Secret Manager's API v1. */
import { stateOf } from "../cloud/secret-access.ts";
import type { Entry } from "../cloud/world.ts";
import {
	blocksAt,
	isObject,
	type Properties,
	textAt,
	type Value,
} from "../provider/values.ts";
import { lastSegment } from "../types/answers.ts";
import { historyOf, type Revision } from "../types/revisions.ts";

const LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
const ready = (status: string) => [{ type: "Ready", status }];

/** A service as `gcloud run services list` prints it. */
export function serviceOf({ properties }: Entry) {
	const latestReady = lastSegment(textAt(properties, "latestReadyRevision"));
	const [condition] = blocksAt(properties, "terminalConditions");
	const status = {
		CONDITION_SUCCEEDED: "True",
		CONDITION_FAILED: "False",
	}[textAt(condition, "state")];
	return {
		apiVersion: "serving.knative.dev/v1",
		kind: "Service",
		metadata: {
			name: textAt(properties, "name"),
			generation: Number(properties.generation),
			labels: properties.effectiveLabels,
		},
		spec: { traffic: trafficOf(properties, "traffics") },
		status: {
			observedGeneration: Number(properties.observedGeneration),
			conditions: ready(status ?? "Unknown"),
			latestCreatedRevisionName: lastSegment(
				textAt(properties, "latestCreatedRevision"),
			),
			...(latestReady === "" ? {} : { latestReadyRevisionName: latestReady }),
			// The API resolves "latest" here.
			traffic: trafficOf(properties, "trafficStatuses").map((target) => ({
				revisionName: latestReady,
				...target,
			})),
		},
	};
}

function trafficOf(properties: Properties, key: string) {
	return blocksAt(properties, key).map(({ type, revision, percent }) => ({
		percent,
		...(type === LATEST
			? { latestRevision: true }
			: { revisionName: lastSegment(String(revision)) }),
	}));
}

/** A service's revisions as `gcloud run revisions list` prints them. */
export function revisionsOf(service: Entry) {
	const states: Record<Revision["state"], string> = {
		ready: "True",
		failed: "False",
		starting: "Unknown",
	};
	return Object.entries(historyOf(service).revisions).map(
		([name, { template, createTime, state }]) => ({
			apiVersion: "serving.knative.dev/v1",
			kind: "Revision",
			metadata: {
				name,
				creationTimestamp: createTime,
				labels: {
					"serving.knative.dev/service": textAt(service.properties, "name"),
				},
			},
			spec: containersOf(template),
			status: { conditions: ready(states[state]) },
		}),
	);
}

/** A job as `gcloud run jobs list` prints it. */
export function jobOf({ properties }: Entry) {
	const { template } = properties.template as { template: Properties };
	return {
		apiVersion: "run.googleapis.com/v1",
		kind: "Job",
		metadata: { name: textAt(properties, "name") },
		spec: {
			template: { spec: { template: { spec: containersOf(template) } } },
		},
	};
}

function containersOf(template: Properties) {
	return {
		serviceAccountName: textAt(template, "serviceAccount"),
		containers: blocksAt(template, "containers").map((container) => ({
			image: container.image,
			env: blocksAt(container, "envs").map(variableOf),
		})),
		volumes: blocksAt(template, "volumes")
			.filter(({ secret }) => isObject(secret))
			.map((volume) => ({
				name: volume.name,
				secret: {
					secretName: textAt(volume, "secret.secret"),
					items: blocksAt(volume, "secret.items").map(({ path, version }) => ({
						key: version as Value,
						path: path as Value,
					})),
				},
			})),
	};
}

function variableOf(variable: Properties) {
	const { name, value } = variable;
	const secret = textAt(variable, "valueSource.secretKeyRef.secret");
	const key = textAt(variable, "valueSource.secretKeyRef.version");
	return secret === ""
		? { name, value }
		: { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

/** A version as `gcloud secrets versions list` prints it. */
export function versionOf(version: Entry) {
	const { name, createTime, destroyTime } = version.properties;
	return {
		name,
		createTime,
		...(destroyTime === "" ? {} : { destroyTime }),
		state: stateOf(version),
	};
}
