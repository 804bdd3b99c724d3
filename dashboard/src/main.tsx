import { render } from "preact";
import { Stream } from "./connection.js";
import { Model } from "./model.js";
import { takeToken } from "./token.js";
import { App } from "./view/app.js";

const model = new Model();
const token = takeToken();
const stream =
  token === undefined
    ? undefined
    : new Stream(token, {
        onMessage: (message) => model.take(message),
        onConnection: (connection) => model.connected(connection),
      });
stream?.connect();
render(
  <App model={model} token={token} onReconnect={() => stream?.connect()} />,
  document.getElementById("app") as HTMLElement,
);
