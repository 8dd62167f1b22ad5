// A container's program for tests: answers probes as its environment says, and shows what it was given.
import { createServer } from "node:http";

const { PORT, READY_AFTER_MS = "0", READY = "yes" } = process.env;
const startedAt = performance.now();
let isAlive = true;

const answers = {
	"/ready": () =>
		READY === "yes" && performance.now() - startedAt > Number(READY_AFTER_MS),
	"/live": () => isAlive,
};

createServer((request, response) => {
	const answer = answers[request.url];
	if (answer !== undefined) response.writeHead(answer() ? 200 : 503).end();
	else if (request.url === "/environment")
		response.end(JSON.stringify(process.env));
	else if (request.url === "/pid") response.end(String(process.pid));
	else if (request.url === "/slow")
		setTimeout(() => response.end(process.env.K_REVISION), 2000);
	else if (request.url === "/break") {
		isAlive = false;
		response.end();
	} else response.end(process.env.K_REVISION);
})
	.on("upgrade", (_request, socket, head) => {
		socket.on("error", () => {});
		socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n");
		socket.write(head);
		socket.pipe(socket);
	})
	.listen(Number(PORT));

process.on("SIGTERM", () => process.exit(0));
