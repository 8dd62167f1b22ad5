/** Secrets that containers read as files. */
import { type Container, type SecretUse, secretUse } from "./container.ts";
import {
	at,
	type Data,
	dataOf,
	elementsAt,
	is,
	known,
	listAt,
	type Reading,
	textAt,
} from "./read.ts";

export type SecretFile = SecretUse & {
	/** Missing where no container mounts the volume. */
	path: Reading<string>;
	/** The container that has the file. */
	container: Container | undefined;
};

/** Every file of every container whose content is a secret's; unknown if a list of volumes or mounts is. */
export function secretFilesOf(
	template: Data,
	containers: readonly Container[],
): Reading<readonly SecretFile[]> {
	const volumes = listAt(template, "volumes");
	const mounted = containers.map((container) => ({
		container,
		mounts: listAt(container.data, "volumeMounts"),
	}));
	if (
		volumes.state === "unknown" ||
		mounted.some(({ mounts }) => mounts.state === "unknown")
	) {
		return { state: "unknown" };
	}
	return {
		state: "known",
		value: (known(volumes) ?? []).flatMap((volume): SecretFile[] => {
			const source = at(volume, "secret");
			if (source.state === "missing") {
				return [];
			}
			const items = itemsOf(dataOf(source));
			const places = mounted.flatMap(({ container, mounts }) =>
				(known(mounts) ?? [])
					.filter((mount) => sameName(mount, volume))
					.map((mount) => ({ container, folder: folderOf(mount) })),
			);
			return places.length === 0
				? items.map((item) => ({
						...item,
						path: { state: "missing" },
						container: undefined,
					}))
				: places.flatMap(({ container, folder }) =>
						items.map((item) => ({
							...item,
							path: joined(folder, item.path),
							container,
						})),
					);
		}),
	};
}

/** Names that can't be read may be the same. */
function sameName(mount: Data, volume: Data): boolean {
	const a = textAt(mount, "name");
	const b = textAt(volume, "name");
	return a.state !== "known" || b.state !== "known" || a.value === b.value;
}

/** With a sub-path the mount is something inside the volume, and the files' paths are others. */
function folderOf(mount: Data): Reading<string> {
	const subPath = textAt(mount, "subPath");
	return subPath.state === "missing" || is(subPath, "")
		? textAt(mount, "mountPath")
		: { state: "unknown" };
}

/** Without items Cloud Run mounts the latest version, as a file of the secret's name. */
function itemsOf(source: Data): (SecretUse & { path: Reading<string> })[] {
	const { secret } = secretUse(source);
	const items = elementsAt(source, "items");
	if (items.length > 0) {
		return items.map((item) => ({
			secret,
			version: textAt(item, "version"),
			path: textAt(item, "path"),
		}));
	}
	const path: Reading<string> =
		secret.state === "known"
			? { state: "known", value: secret.value.secretId }
			: secret;
	return [{ secret, version: { state: "missing" }, path }];
}

function joined(
	folder: Reading<string>,
	file: Reading<string>,
): Reading<string> {
	return folder.state === "known" && file.state === "known"
		? {
				state: "known",
				value: `${folder.value.replace(/\/$/, "")}/${file.value}`,
			}
		: { state: "unknown" };
}
