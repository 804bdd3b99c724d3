import type { Action, ActionResult, Refusal } from "../../src/kernel/dashboard/messages.js";

/** Does something to an isolate. @throws Error with what the kernel said */
export async function request(
  token: string,
  isolate: string,
  action: Action,
  body: object = {},
): Promise<ActionResult> {
  let response: Response;
  try {
    response = await fetch(`/api/isolates/${encodeURIComponent(isolate)}/${action}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The dashboard does not answer: it was closed, or the kernel has ended.");
  }
  const answer = (await response.json()) as ActionResult | Refusal;
  if ("error" in answer) throw new Error(answer.error);
  return answer;
}
