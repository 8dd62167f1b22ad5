/** Ranges of IPv4 addresses, as `10.0.0.0/22`. */

/** True if a range holds every address of another one. */
export function contains(outer: string, inner: string): boolean {
	const [around, within] = [parsed(outer), parsed(inner)];
	return (
		around.prefix <= within.prefix &&
		masked(within.address, around.prefix) ===
			masked(around.address, around.prefix)
	);
}

/** The smallest range that is larger than a range and holds it. */
export function nextLarger(range: string): string {
	const { address, prefix } = parsed(range);
	const base = masked(address, prefix - 1);
	const bytes = [24, 16, 8, 0].map((shift) => (base >>> shift) & 255);
	return `${bytes.join(".")}/${prefix - 1}`;
}

function parsed(range: string): { address: number; prefix: number } {
	const [address = "", prefix] = range.split("/");
	return {
		address: address
			.split(".")
			.reduce((sum, byte) => ((sum << 8) | Number(byte)) >>> 0, 0),
		prefix: Number(prefix),
	};
}

function masked(address: number, prefix: number): number {
	return prefix === 0 ? 0 : (address & (-1 << (32 - prefix))) >>> 0;
}
