/** Where processes listen for TCP, as the kernel of a Linux machine shows it (proc(5)). */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** TCP_LISTEN. */
const listening = "0A";

/** The addresses, each once, as `127.0.0.1`, `0.0.0.0` or in the kernel's own digits. */
export function listeningAddresses(pids: readonly number[]): string[] {
	const sockets = new Set(pids.flatMap(socketsOf));
	const found = ["tcp", "tcp6"].flatMap((table) =>
		readFileSync(`/proc/net/${table}`, "utf8")
			.trim()
			.split("\n")
			.slice(1)
			.map((line) => line.trim().split(/\s+/))
			.filter(
				({ 3: state, 9: inode }) => state === listening && sockets.has(inode),
			)
			.map(({ 1: local = "" }) => readable(local.split(":")[0] ?? "")),
	);
	return [...new Set(found)].sort();
}

function socketsOf(pid: number): (string | undefined)[] {
	const folder = `/proc/${pid}/fd`;
	return readdirSync(folder)
		.map((fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`)))
		.flatMap((match) => match?.[1] ?? []);
}

/** An IPv4 address is written with its last byte first. */
function readable(address: string): string {
	return address.length === 8
		? (address.match(/../g) ?? [])
				.map((byte) => Number.parseInt(byte, 16))
				.reverse()
				.join(".")
		: address;
}
