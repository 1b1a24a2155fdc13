// SPDX-License-Identifier: Apache-2.0
/// The scenario counts for so many ordinary ones while it runs.
export const heavy = (weight, scenario) => Object.assign(scenario, { weight });
/// Runs when nothing else does, because it measures a time.
export const alone = (scenario) => Object.assign(scenario, { alone: true });
/// The scenario may take so many seconds.
export const within = (limit, scenario) => Object.assign(scenario, { limit });
export const wait = (ms) => new Promise((done) => setTimeout(done, ms));
export const numbered = (count) => Array.from({ length: count }, (_, i) => i);
export const echoes = (client) => client.messages.filter((m) => typeof m === 'string' && m.startsWith('echo:'));
