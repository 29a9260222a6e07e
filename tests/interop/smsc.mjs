// An SMSC made of npm's `smpp`, driven by lines of JSON: what to deliver comes in, what was submitted goes out.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const require = createRequire(join(process.env.NODE_MODULES, "package.json"));
const smpp = require("smpp");

const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");
let bound = null;
let messageId = 0;

const server = smpp.createServer({}, (session) => {
  session.on("bind_transceiver", (pdu) => {
    if (pdu.password !== "secret") {
      session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
      tell({ refused: pdu.system_id });
      return;
    }
    session.send(pdu.response({ system_id: "npm" }));
    bound = session;
    tell({ bound: pdu.system_id });
  });
  session.on("submit_sm", (pdu) => {
    messageId += 1;
    session.send(pdu.response({ message_id: String(messageId) }));
    const { message, udh } = pdu.short_message;
    tell({
      submitted: typeof message === "string" ? message : message.toString("latin1"),
      parts: udh ? udh.map((part) => part.toString("hex")) : [],
      to: pdu.destination_addr,
      from: pdu.source_addr,
      receipt: pdu.registered_delivery,
    });
  });
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    session.send(pdu.response());
    session.close();
    tell({ unbound: true });
  });
  session.on("error", (error) => tell({ error: error.message }));
});

server.listen(0, "127.0.0.1", () => tell({ port: server.address().port }));

createInterface({ input: process.stdin }).on("line", (line) => {
  const { from, to, text } = JSON.parse(line);
  bound.deliver_sm(
    { source_addr: from, destination_addr: to, short_message: text },
    (pdu) => tell({ answered: pdu.command_status }),
  );
}).on("close", () => process.exit(0));
