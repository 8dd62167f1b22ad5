import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { freePort } from "../../local/servers/child-process.ts";
import { startRedis } from "../../local/servers/redis.ts";
import { awkwardPassword } from "../servers/data-stores.ts";
import { FaultBench } from "./fault-bench.ts";

const bench = new FaultBench();
const slowSeconds = 20;

describe("servers that start slowly", () => {
	it("[R-062] are waited for with the patience that preflight has by default", async () => {
		const { folder, postgres, authority } = bench.stores;
		const port = await freePort();
		const socket = join(folder, "slow:r:i");
		const running = bench.check({
			redis: { port },
			postgres: { via: { socket } },
		});
		await new Promise((resolve) => setTimeout(resolve, slowSeconds * 1000));
		postgres.linkSocket(socket);
		const redis = await startRedis(folder, {
			port,
			password: awkwardPassword,
			tls: authority.issue(["redis"]),
		});
		bench.cleanUps.push(redis.stop);
		const { code, lines, errors } = await running;
		expect({ code, errors, last: lines.at(-1) }).toEqual({
			code: 0,
			errors: "",
			last: "4 checks passed, 0 failed",
		});
		const attempts = lines.map((line) => / (\d+) attempts?:/.exec(line)?.[1]);
		expect(attempts.slice(1, 4)).toEqual([
			expect.stringMatching(/^\d+$/),
			expect.stringMatching(/^\d+$/),
			"1",
		]);
		expect(attempts.slice(1, 3)).not.toContain("1");
	});
});
