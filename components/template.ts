/** What a service runs, and what the jobs run that check its configuration with the same account and bindings. */
import * as pulumi from "@pulumi/pulumi";
import { type Checklist, checklistVariable } from "../contract/checklist.ts";
import { type Environment, valueIn } from "../contract/environments.ts";
import type { Release } from "../contract/release.ts";
import {
	loginLabel,
	loginVersions,
	loginVersionsLabel,
} from "../plan/login-record.ts";
import {
	boundSecretsOf,
	type ContainerArgs,
	environmentOf,
	volumeMountsOf,
	volumesOf,
	vpcAccessOf,
} from "./container.ts";

export type TemplateArgs = ContainerArgs & {
	environment: Environment;
	release: Release;
	/** The e-mail address of the service's account. */
	account: pulumi.Output<string>;
	/** What the template records of the database login; undefined for a service that binds none. */
	login: LoginRecord | undefined;
};

export type LoginRecord = {
	/** What the login's password is made for, as a label's value. */
	keepers: string;
	/** The ids in Secret Manager of the secrets that carry the login. */
	carriers: ReadonlySet<string>;
};

export type ServiceTemplate = ReturnType<typeof serviceTemplate>;
export type JobTemplate = ReturnType<typeof jobTemplate>;

const startupPeriodSeconds = 5;

/** The template of a service's revisions, but for their name. */
export function serviceTemplate(args: TemplateArgs) {
	const { contract, environment } = args;
	const sizing = valueIn(contract.sizing, environment);
	return {
		labels: { ...labelsOf(args), ...loginVersionsOf(args) },
		...runtime(args),
		timeout: `${contract.requestTimeoutSeconds}s`,
		maxInstanceRequestConcurrency: contract.concurrency,
		sessionAffinity: contract.sessionAffinity,
		scaling: {
			minInstanceCount: sizing.minInstances,
			maxInstanceCount: sizing.maxInstances,
		},
		containers: [
			{
				...container(args, args.service),
				commands: args.command,
				ports: { containerPort: contract.port },
				resources: {
					limits: { cpu: String(sizing.cpu), memory: `${sizing.memoryMib}Mi` },
					cpuIdle: !contract.cpuAlwaysAllocated,
					startupCpuBoost: contract.cpuAlwaysAllocated,
				},
				startupProbe: {
					httpGet: { path: contract.startupPath, port: contract.port },
					periodSeconds: startupPeriodSeconds,
					timeoutSeconds: startupPeriodSeconds,
					failureThreshold: Math.ceil(
						contract.startBudgetSeconds / startupPeriodSeconds,
					),
				},
				livenessProbe: {
					httpGet: { path: contract.livenessPath, port: contract.port },
					periodSeconds: 30,
					timeoutSeconds: 5,
					failureThreshold: 3,
				},
			},
		],
	};
}

/** What a job runs beside a service: an image of the release, and what tells it what to do. */
export type JobContainer = {
	image: string;
	commands?: string[];
	args?: string[];
	/** What preflight has to check; beside it, the job gets exactly what the service gets. */
	checklist?: Checklist;
};

/** The template of a job that runs with a service's account, network, volumes and bindings. */
export function jobTemplate(
	args: TemplateArgs,
	{ image, checklist, ...command }: JobContainer,
) {
	const { envs, ...ofService } = container(args, image);
	return {
		labels: labelsOf(args),
		taskCount: 1,
		template: {
			...runtime(args),
			// Longer than preflight's own budget, so that its report comes first.
			timeout: "300s",
			// A second execution would hide that the first one failed; preflight retries by itself.
			maxRetries: 0,
			containers: [
				{
					...ofService,
					...command,
					envs:
						checklist === undefined
							? envs
							: [
									...envs,
									{ name: checklistVariable, value: JSON.stringify(checklist) },
								],
					resources: { limits: { cpu: "1", memory: "512Mi" } },
				},
			],
		},
	};
}

/** The login's keepers are among what a job tests: with another password the check has to run again. */
const labelsOf = ({ environment, release, login }: TemplateArgs) => ({
	environment,
	release: release.name,
	...(login === undefined ? {} : { [loginLabel]: login.keepers }),
});

/** A revision that somebody makes from this one by hand keeps the label, so that it shows whether it binds the same. */
function loginVersionsOf(
	args: TemplateArgs,
): Record<string, pulumi.Output<string>> {
	const { login } = args;
	if (login === undefined) {
		return {};
	}
	const versions = pulumi
		.all(
			boundSecretsOf(args).map((secret) =>
				pulumi
					.all([secret.secretId, secret.version])
					.apply(([secretId, version]) => ({ secretId, version })),
			),
		)
		.apply((bound) => loginVersions(bound, login.carriers));
	return { [loginVersionsLabel]: versions };
}

const runtime = (args: TemplateArgs) => ({
	serviceAccount: args.account,
	executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
	vpcAccess: vpcAccessOf(args),
	volumes: volumesOf(args),
});

const container = (args: TemplateArgs, image: string) => ({
	image: args.release.images[image] as string,
	envs: environmentOf(args),
	volumeMounts: volumeMountsOf(args),
});
