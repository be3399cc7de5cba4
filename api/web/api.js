// Talking to this server: JSON in, JSON out; a problem becomes an Error with its sentence.

import { say, spoken } from "./speech.js";

const at = (...parts) => "/v1/" + parts.map(encodeURIComponent).join("/");

async function call(method, path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: { "Accept-Language": spoken,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(say("The server does not answer. Is whoknows still running?"));
  }
  if (response.status === 204) return null;
  const content = await response.json().catch(() => ({}));
  if (!response.ok) {
    const { status } = response;
    const error = new Error(content.detail || say("The server answered {status}.", { status }));
    error.status = status;
    throw error;
  }
  return content;
}

const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value != null && value !== "");
  return given.length ? "?" + new URLSearchParams(given) : "";
};

export const findPeople = (q, signal) =>
  call("GET", at("people") + query({ q, limit: 8 }), undefined, signal);
export const searchExperts = (asked) => call("POST", at("experts", "search"), asked);
export const findSimilar = (asked, signal) => call("POST", at("similar"), asked, signal);
export const readFeed = (id, cursor) =>
  call("GET", at("people", id, "feed") + query({ k: 10, cursor }));
export const readExpertise = (id, viewer) =>
  call("GET", at("people", id, "expertise") + query({ viewer_id: viewer }));
export const readPeers = (id, viewer) =>
  call("GET", at("people", id, "peers") + query({ k: 3, viewer_id: viewer }));
export const readChosen = (id) => call("GET", at("people", id, "topics"));
export const chooseTopics = (id, topics, ids) =>
  call("PUT", at("people", id, "topics"), { topics, ids });
export const readTopics = (viewer) => call("GET", at("topics") + query({ viewer_id: viewer }));
export const readFigures = (viewer, days) =>
  call("GET", at("figures") + query({ viewer_id: viewer, days }));
export const readTopic = (id, q, viewer) =>
  call("GET", at("topics", id, "threads") + query({ q, k: 20, viewer_id: viewer }));
export const readThread = (id, viewer) =>
  call("GET", at("posts", id, "thread") + query({ viewer_id: viewer }));
export const deletePost = (id) => call("DELETE", at("posts", id));
export const keepPost = (post) => call("PUT", at("posts", post.id), post);
// `propensity`: the chance with which the feed drew the post, kept with what was done with it.
export const note = (person, post, kind, { value, propensity } = {}) =>
  call("POST", at("interactions"), {
    person, post, kind, at: new Date().toISOString(),
    ...(value ? { value } : {}), ...(propensity ? { propensity } : {}),
  });
export const noteShown = (id, posts) => call("POST", at("people", id, "impressions"), { posts });
export const takeBack = (person, post, kind) =>
  call("DELETE", at("interactions") + query({ person, post, kind }));
