/** What a service and its preflight job have in common: the bindings, the volumes and the way to the network. */
import type { types } from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { Bindings, SecretFile } from "../contract/bindings.ts";
import type { ServiceContract } from "../contract/schema.ts";
import type { Network } from "./network.ts";
import type { BoundSecret } from "./secret.ts";

type ServiceTemplate = types.input.cloudrunv2.ServiceTemplate;
type Volume = { name: string } & (
	| { cloudSqlInstance: { instances: pulumi.Output<string>[] } }
	| {
			secret: {
				secret: pulumi.Output<string>;
				items: { path: string; version: pulumi.Output<string>; mode: number }[];
			};
	  }
);

export type ContainerArgs = {
	service: string;
	contract: ServiceContract;
	bindings: Bindings;
	/** Every secret of the environment, by its id in the contract. */
	secrets: ReadonlyMap<string, BoundSecret>;
	/** The way to private addresses; undefined for a service that needs none. */
	network: Network | undefined;
	/** The connection names of the Cloud SQL instances whose sockets it sees. */
	sockets: pulumi.Output<string>[];
	socketRoot: string;
	secretFileRoot: string;
	/** What to run in place of the image's own command. */
	command: string[] | undefined;
};

/** The grants that a service needs before its first instance starts. */
export function grantsOf({
	service,
	bindings,
	secrets,
}: ContainerArgs): pulumi.Resource[] {
	return idsOf(bindings).map((id) => {
		const grant = boundSecret(secrets, id).grants[service];
		if (grant === undefined) {
			throw new Error(
				`secret '${id}' is bound by service '${service}' but not granted to it`,
			);
		}
		return grant;
	});
}

/** The secrets that a service binds, each once. */
export function boundSecretsOf({
	bindings,
	secrets,
}: ContainerArgs): BoundSecret[] {
	return idsOf(bindings).map((id) => boundSecret(secrets, id));
}

const idsOf = ({ secrets, files }: Bindings) => [
	...new Set([...secrets, ...files].map(({ secret }) => secret)),
];

type EnvironmentVariable = {
	name: string;
	value?: string;
	valueSource?: {
		secretKeyRef: {
			secret: pulumi.Output<string>;
			version: pulumi.Output<string>;
		};
	};
};

/** The environment variables: first the plain ones, then the secret ones, each pinned to a version. */
export function environmentOf({
	bindings,
	secrets,
}: ContainerArgs): EnvironmentVariable[] {
	return [
		...bindings.plain.map(({ variable, value }) => ({ name: variable, value })),
		...bindings.secrets.map(({ variable, secret }) => {
			const { secretId, version } = boundSecret(secrets, secret);
			return {
				name: variable,
				valueSource: { secretKeyRef: { secret: secretId, version } },
			};
		}),
	];
}

const cloudSqlVolume = "cloudsql";

/** Cloud SQL's sockets and the secrets that are read as files. */
export function volumesOf(args: ContainerArgs): Volume[] {
	const files = args.bindings.files.map((file) => {
		const { secretId, version } = boundSecret(args.secrets, file.secret);
		return {
			name: file.secret,
			secret: {
				secret: secretId,
				items: [{ path: fileName(file), version, mode: 0o444 }],
			},
		};
	});
	return args.sockets.length === 0
		? files
		: [
				{
					name: cloudSqlVolume,
					cloudSqlInstance: { instances: args.sockets },
				},
				...files,
			];
}

/** Where the volumes appear in the container. */
export function volumeMountsOf({
	sockets,
	bindings,
	socketRoot,
	secretFileRoot,
}: ContainerArgs) {
	const files = bindings.files.map((file) => ({
		name: file.secret,
		mountPath: secretFileRoot + file.path.slice(0, file.path.lastIndexOf("/")),
	}));
	return sockets.length === 0
		? files
		: [{ name: cloudSqlVolume, mountPath: socketRoot }, ...files];
}

/** Direct VPC egress for private ranges; the rest goes out directly. */
export function vpcAccessOf({
	network,
}: ContainerArgs): ServiceTemplate["vpcAccess"] {
	return (
		network && {
			egress: "PRIVATE_RANGES_ONLY",
			networkInterfaces: [
				{ network: network.id, subnetwork: network.subnetId },
			],
		}
	);
}

function boundSecret(
	secrets: ReadonlyMap<string, BoundSecret>,
	id: string,
): BoundSecret {
	const found = secrets.get(id);
	if (found === undefined) {
		throw new Error(`the stack has no secret '${id}'`);
	}
	return found;
}

const fileName = ({ path }: SecretFile) =>
	path.slice(path.lastIndexOf("/") + 1);
