// Meta's own SDK, unmodified but for where it calls. Usage: node sdk.js <scenario>, with SIM_BASE and SIM_TOKEN set.
'use strict';

const assert = require('node:assert/strict');
const bizSdk = require('facebook-nodejs-business-sdk');

const base = process.env.SIM_BASE.replace(/\/$/, '');
const { FacebookAdsApi, FacebookAdsApiBatch, User, AdAccount, Campaign, AdReportRun } = bizSdk;

Object.defineProperty(FacebookAdsApi, 'GRAPH', { get: () => base });

function connect(token) {
  return FacebookAdsApi.init(token || process.env.SIM_TOKEN, 'en_US', false);
}

async function all(cursor) {
  const found = [...cursor];
  while (cursor.hasNext()) {
    cursor = await cursor.next();
    found.push(...cursor);
  }
  return found;
}

async function firstAccount() {
  const accounts = await new User('me').getAdAccounts(['id', 'account_id', 'currency', 'timezone_name']);
  return new AdAccount(accounts[0].id);
}

async function fails(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

const scenarios = {
  async accounts() {
    const accounts = await all(await new User('me').getAdAccounts(['id', 'account_id', 'name', 'currency', 'timezone_name', 'account_status'], { limit: 2 }));
    assert.equal(accounts.length, 3);
    assert.equal(new Set(accounts.map(account => account.id)).size, 3);
    for (const account of accounts) {
      assert.equal(account.id, 'act_' + account.account_id);
      assert.equal(account.account_status, 1);
      const read = await new AdAccount(account.id).get(['name', 'currency', 'amount_spent']);
      assert.equal(read.name, account.name);
      assert.match(read.amount_spent, /^\d+$/);
    }
    const me = await new User('me').get(['id', 'name']);
    assert.match(me.id, /^\d+$/);
  },

  async campaigns() {
    const account = await firstAccount();
    const fields = [Campaign.Fields.name, Campaign.Fields.effective_status, Campaign.Fields.objective];
    const whole = await account.getCampaigns(fields, { limit: 500 });
    const paged = await all(await account.getCampaigns(fields, { limit: 1 }));
    assert.ok(whole.length > 1);
    assert.deepEqual(paged.map(one => one.id), whole.map(one => one.id));
    assert.ok(paged.every(one => one.name && one.objective.startsWith('OUTCOME_')));
    const active = await account.getCampaigns(fields, { effective_status: ['ACTIVE'], limit: 500 });
    assert.deepEqual(active.map(one => one.id), whole.filter(one => one.effective_status === 'ACTIVE').map(one => one.id));
    const forth = await account.getCampaigns(fields, { limit: 1 });
    const first = forth[0].id;
    await forth.next();
    await forth.previous();
    assert.equal(forth[0].id, first);
    const ads = await whole[0].getAds(['id', 'adset_id', 'creative{id,title}'], { limit: 5 });
    assert.ok(ads.length > 0 && ads.every(ad => ad.adset_id && ad.creative.title));
    const byId = await new Campaign(whole[0].id).get(['id', 'name']);
    assert.equal(byId.name, whole[0].name);
  },

  async insights() {
    const account = await firstAccount();
    const params = { level: 'ad', time_increment: 1, time_range: { since: '2026-02-20', until: '2026-03-05' }, limit: 7 };
    const paged = await all(await account.getInsights(['ad_id', 'spend', 'impressions', 'actions'], params));
    const whole = await account.getInsights(['ad_id', 'spend', 'impressions', 'actions'], { ...params, limit: 1000 });
    assert.ok(whole.length > 7);
    assert.deepEqual(paged.map(row => row._data), whole.map(row => row._data));
    assert.ok(whole.every(row => typeof row.spend === 'string' && row.date_start === row.date_stop));
    const byAge = await account.getInsights(['spend'], { breakdowns: ['age', 'gender'], date_preset: 'last_7d', limit: 1000 });
    assert.ok(byAge.every(row => row.age && row.gender));
    const filtered = await account.getInsights(['ad_id'], {
      ...params, limit: 1000, filtering: [{ field: 'ad.id', operator: 'IN', value: [whole[0].ad_id] }],
    });
    assert.ok(filtered.length > 0 && filtered.every(row => row.ad_id === whole[0].ad_id));
  },

  async report() {
    const account = await firstAccount();
    const fields = ['ad_id', 'spend', 'impressions'];
    const params = { level: 'ad', time_increment: 1, time_range: { since: '2026-02-20', until: '2026-03-05' } };
    const run = await account.getInsightsAsync(fields, { ...params });
    assert.match(String(run.id), /^\d+$/);
    const statuses = new Set();
    const deadline = Date.now() + 30_000;
    let state = {};
    while (state.async_status !== 'Job Completed' || state.async_percent_completion !== 100) {
      assert.ok(Date.now() < deadline, 'the report did not complete');
      try {
        state = (await new AdReportRun(null, { report_run_id: run.id }).get([
          'id', 'async_status', 'async_percent_completion', 'is_running'])).exportAllData();
        statuses.add(state.async_status);
      } catch (error) {
        assert.deepEqual([error.status, error.response.code, error.response.error_subcode], [400, 100, 33]);
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    assert.ok(!state.is_running);
    const rows = await all(await new AdReportRun(null, { report_run_id: run.id }).getInsights([], { limit: 10 }));
    const sync = await account.getInsights(fields, { ...params, limit: 1000 });
    assert.deepEqual(rows.map(row => row._data), sync.map(row => row._data));
  },

  async batch() {
    const account = await firstAccount();
    const batch = new FacebookAdsApiBatch(FacebookAdsApi.getDefaultApi());
    const good = [];
    const bad = [];
    const add = (path, params) => batch.add('GET', path, params, null, answer => good.push(answer), answer => bad.push(answer));
    add([account.id, 'campaigns'], { fields: 'id,name', limit: 2 });
    add([account.id, 'insights'], { fields: 'spend', level: 'account', time_range: { since: '2026-03-01', until: '2026-03-03' } });
    add(['act_1', 'ads'], { fields: 'id' });
    const retry = await batch.execute();
    assert.equal(retry, null);
    assert.equal(good.length, 2);
    assert.ok(good[0].body.data.length > 0);
    assert.match(good[1].body.data[0].spend, /^\d/);
    assert.ok(good[1].headers.some(header => header.name.toLowerCase() === 'x-business-use-case-usage'));
    assert.equal(bad.length, 1);
    assert.equal(bad[0].status, 400);
    assert.equal(bad[0].error.response.error.code, 100);
    const one = await Campaign.getByIds([good[0].body.data[0].id], ['name']);
    assert.equal(one.length, 1);
  },

  async errors() {
    const account = await firstAccount();
    const unknown = await fails(() => account.getInsights(['nonsense'], {}));
    assert.equal(unknown.name, 'FacebookRequestError');
    assert.deepEqual([unknown.status, unknown.response.code], [400, 100]);
    const old = await fails(() => account.getInsights(['spend'], { time_range: { since: '2020-01-01', until: '2020-01-02' } }));
    assert.equal(old.response.code, 3018);
    const gone = await fails(() => new Campaign('120240000000000000').get(['name']));
    assert.deepEqual([gone.response.code, gone.response.error_subcode], [100, 33]);
    assert.match(gone.response.fbtrace_id, /^A/);
    connect('sim-expired');
    const expired = await fails(() => new User('me').getAdAccounts(['id']));
    assert.deepEqual([expired.response.code, expired.response.error_subcode], [190, 463]);
  },
};

connect();
scenarios[process.argv[2]]().then(
  () => console.log('passed'),
  error => {
    console.error(error.stack || error, error.response || '');
    process.exitCode = 1;
  });
