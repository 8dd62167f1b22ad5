/** Ways to keep a value from following what it is made from. */
import { type Change, ignoring, type, workload } from "../operations.ts";
import {
	always,
	auth,
	authJob,
	frontend,
	grantOf,
	line,
	login,
	madeInto,
	versionOf,
	type Ways,
} from "./way.ts";

type Find = ReturnType<typeof always>;

const ignoringOf =
	(find: Find, ...paths: string[]): Change =>
	(resources) =>
		ignoring(find(resources), ...paths)(resources);
const of = (...types: string[]) => always(type(...types));
const lines = (find: Find, said: string, ...paths: string[]) =>
	paths.map((path) =>
		line(ignoringOf(find, path), said, `ignoreChanges with ${path},`),
	);

export const ignored: Ways = {
	"ignored-changes": {
		"`ignoreChanges` on the value of a secret's version, or on the version as a whole":
			lines(
				versionOf("database-url-staging"),
				"secret database-url-staging",
				"secretData",
				'["secretData"]',
				"secretDataWo",
				"secretDataWoVersion",
				"enabled",
				"secret",
				"*",
			),
		"`ignoreChanges` on the template, traffic, labels or another property of a service or job":
			[
				...lines(
					always(workload(auth)),
					"service auth",
					"template",
					"template.containers[0].envs",
					'template["containers"][0]["image"]',
					"template.containers[*]",
					"*.containers",
					"traffics",
					"traffics[0].revision",
					"labels",
					"ingress",
				),
				...lines(always(workload(frontend)), "service frontend", "template"),
				...lines(
					always(workload(authJob)),
					`job ${authJob}`,
					"runExecutionToken",
					"template.template",
					"labels",
				),
			],
		"`ignoreChanges` on the password of a login, or on what a password is kept for":
			[
				...lines(
					always(login("b")),
					"resource ",
					"password",
					"name",
					"instance",
				),
				...lines(
					madeInto("RandomPassword", always(login("a")), "password"),
					"resource ",
					"keepers",
					"keepers.epoch",
					"result",
				),
			],
		"`ignoreChanges` on a data store, the network, an account or a grant": [
			...lines(
				of("DatabaseInstance"),
				"resource ",
				"settings",
				"settings.ipConfiguration",
				"region",
			),
			...lines(
				of("gcp:redis/instance:Instance"),
				"resource ",
				"authEnabled",
				"transitEncryptionMode",
			),
			...lines(of("Network", "Subnetwork"), "resource ", "ipCidrRange"),
			...lines(of("Account"), "resource ", "accountId"),
			...lines(of("IAMMember"), "resource ", "role", "member"),
			...lines(
				grantOf("secret-key-staging"),
				"secret secret-key-staging",
				"role",
				"member",
				"secretId",
			),
			...lines(of("Secret"), "secret secret-key-staging", "secretId"),
		],
		"`ignoreChanges` with a path that can't be read": lines(
			of("RandomPassword"),
			"resource ",
			"length[",
			"..length",
			"",
		),
	},
};
