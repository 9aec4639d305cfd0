using MetaGrains.Cli.Tests.Support;

namespace MetaGrains.Cli.Tests.Rest;

/// <summary>The verbs that ask the API: what they send and what they show.</summary>
public sealed class VerbTests
{
    private const string OneTenant = "GET /v1/tenants?limit=6";

    [Fact]
    public async Task Accounts_are_shown_as_a_table_and_sent_for_with_the_key()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/accounts?health=failing&limit=100", Reply.Ok(Wire.List(Wire.Account("act_1", "failing", "Meta says no"))));

        var run = await CliRun.AgainstAsync(api, "accounts", "--tenant", "acme", "--health", "failing");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("act_1", run.Out, StringComparison.Ordinal);
        Assert.Contains("Shop <b>", run.Out, StringComparison.Ordinal);
        Assert.Contains("Meta says no", run.Out, StringComparison.Ordinal);
        Assert.Equal("Bearer mgop_test", Assert.Single(api.AskedFor).Authorization);
    }

    [Fact]
    public async Task With_json_the_last_line_of_standard_output_is_the_object_and_the_table_goes_to_standard_error()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/accounts?limit=100", Reply.Ok(Wire.List(Wire.Account("act_1"), Wire.Account("act_2"))));

        var run = await CliRun.AgainstAsync(api, "accounts", "--tenant", "acme", "--json");

        Assert.Single(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["act_1", "act_2"], run.Json.GetProperty("data").EnumerateArray().Select(account => account.GetProperty("id").GetString()));
        Assert.Contains("act_2", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_read_over_all_of_its_pages()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants?limit=500", Reply.Ok(Wire.Page("a/b", Wire.Tenant("one"))));
        api.On("GET /v1/tenants?limit=500&cursor=a%2Fb", Reply.Ok(Wire.List(Wire.Tenant("two"))));

        var run = await CliRun.AgainstAsync(api, "tenants", "--json");

        Assert.Equal(["one", "two"], run.Json.GetProperty("data").EnumerateArray().Select(tenant => tenant.GetProperty("slug").GetString()));
    }

    [Fact]
    public async Task The_only_tenant_that_the_key_sees_is_meant_when_none_is_named()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On(OneTenant, Reply.Ok(Wire.List(Wire.Tenant("acme"))));
        api.On("GET /v1/tenants/acme/accounts/act_1/sync", Reply.Ok(Wire.AccountState("act_1", Wire.Run(7, "succeeded"), """{"running_job":"tier","run_id":8,"waiting":2}""")));

        var run = await CliRun.AgainstAsync(api, "status", "--account", "1");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("runs tier (run 8), 2 runs wait", run.Out, StringComparison.Ordinal);
        Assert.Contains("40 rows (30 new, 5 changed)", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no tenant yet")]
    [InlineData("Add --tenant: one, two.", "one", "two")]
    public async Task No_tenant_or_several_need_a_word_from_the_user(string complaint, params string[] tenants)
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On(OneTenant, Reply.Ok(Wire.List([.. tenants.Select(slug => Wire.Tenant(slug))])));

        var run = await CliRun.AgainstAsync(api, "accounts");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(complaint, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_sends_the_token_of_standard_input_waits_for_the_accounts_and_never_shows_it()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("POST /v1/tenants/acme/connections", new Reply(202, Wire.Connection("discovering")));
        api.On("GET /v1/tenants/acme/connections/c1", Reply.Ok(Wire.Connection("discovering")), Reply.Ok(Wire.Connection("active")));

        var run = await CliRun.RunAsync(
            new() { ["METAGRAINS_API_URL"] = api.Url.AbsoluteUri, ["METAGRAINS_OPERATOR_KEY"] = "mgop_test" }, "t0ken-of-mine\n",
            "connect", "--tenant", "acme", "--token-stdin", "--enable", "--tier", "high");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("""{"access_token":"t0ken-of-mine","enable":true,"tier":"high"}""", api.AskedFor[0].Body);
        Assert.Contains("sees 3 ad accounts", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken", run.Out + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_Meta_refuses_ends_with_one()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("POST /v1/tenants/acme/connections", new Reply(202, Wire.Connection("expired", "\"The session has expired.\"")));

        var run = await CliRun.RunAsync(
            new() { ["METAGRAINS_API_URL"] = api.Url.AbsoluteUri, ["METAGRAINS_API_KEY"] = "k", ["META_ACCESS_TOKEN"] = "t0ken" }, "",
            "connect", "--tenant", "acme");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is expired: The session has expired.", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_triggered_run_is_waited_for_and_its_failure_is_the_verbs()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("POST /v1/tenants/acme/accounts/act_1/sync/runs", new Reply(202, """{"run_id":9,"message":"Accepted."}"""));
        api.On(
            "GET /v1/tenants/acme/accounts/act_1/sync/runs/9",
            Reply.Ok(Wire.Run(9, "queued")), Reply.Ok(Wire.Run(9, "failed", """{"message":"Too much data.","code":1,"subcode":99,"trace_id":"x"}""")));

        var run = await CliRun.AgainstAsync(api, "trigger", "--tenant", "acme", "--account", "act_1", "--since", "2026-03-01", "--until", "2026-03-02", "--wait", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("failed", run.Json.GetProperty("status").GetString());
        Assert.Equal("""{"since":"2026-03-01","until":"2026-03-02"}""", api.AskedFor[0].Body);
        Assert.Equal(32, api.AskedFor[0].IdempotencyKey.Length);
    }

    [Fact]
    public async Task A_run_is_triggered_and_listed_for_one_object()
    {
        const string path = "/v1/tenants/acme/accounts/act_1/sync/runs";
        await using var api = await ScriptedApi.StartAsync();
        var one = Wire.Run(9, "succeeded")[..^1] + ""","entity":"9000","entity_level":"campaign"}""";
        api.On($"POST {path}", new Reply(202, """{"run_id":9,"message":"Accepted."}"""));
        api.On($"GET {path}/9", Reply.Ok(one));
        api.On($"GET {path}?limit=20", Reply.Ok(Wire.List(one, Wire.Run(8, "succeeded"))));

        var run = await CliRun.AgainstAsync(api, "trigger", "--tenant", "acme", "--account", "act_1", "--preset", "last_7d", "--entity", "9000", "--wait");
        var listed = await CliRun.AgainstAsync(api, "runs", "--tenant", "acme", "--account", "act_1");

        Assert.Equal((0, 0), (run.ExitCode, listed.ExitCode));
        Assert.Equal("""{"date_preset":"last_7d","entity":"9000"}""", api.AskedFor[0].Body);
        Assert.Contains("tier 2026-03-01..2026-03-06 of campaign 9000 succeeded", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"│ +9 │.*│ campaign 9000 +│", listed.Out);
        Assert.Matches(@"│ +8 │.*│ all +│", listed.Out);
    }

    [Fact]
    public async Task Pause_and_resume_name_an_account_a_whole_tenant_or_everything()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("PUT /v1/scheduler", Reply.Ok("""{"enabled":false,"reason":"An outage.","changed_at":"2026-03-06T11:00:00Z"}"""));
        api.On("PUT /v1/tenants/acme/sync", Reply.Ok(Wire.Tenant("acme", syncs: false)));
        api.On("PUT /v1/tenants/acme/accounts/act_1/sync", Reply.Ok(Wire.AccountState("act_1")));

        var neither = await CliRun.AgainstAsync(api, "pause", "--tenant", "acme");
        var all = await CliRun.AgainstAsync(api, "pause", "--tenant", "acme", "--all");
        var one = await CliRun.AgainstAsync(api, "resume", "--tenant", "acme", "--account", "act_1");

        var everything = await CliRun.AgainstAsync(api, "pause", "--all", "--yes", "--reason", "An outage.");
        var again = await CliRun.AgainstAsync(api, "resume", "--all");

        Assert.Equal((2, 0, 0, 0, 0), (neither.ExitCode, all.ExitCode, one.ExitCode, everything.ExitCode, again.ExitCode));
        Assert.Equal(
            ["""{"enabled":false}""", """{"enabled":true}""", """{"enabled":false,"reason":"An outage."}""", """{"enabled":true}"""], api.AskedFor.Select(asked => asked.Body));
    }

    [Fact]
    public async Task Pausing_everything_for_everybody_needs_a_yes()
    {
        await using var api = await ScriptedApi.StartAsync();

        var asked = await CliRun.AgainstAsync(api, "pause", "--all", "--reason", "An outage.");

        Assert.Equal(2, asked.ExitCode);
        Assert.Contains("every ad account of every tenant: add --yes", asked.Error, StringComparison.Ordinal);
        Assert.Empty(api.AskedFor);
    }

    [Fact]
    public async Task A_tier_is_listed_changed_or_given_to_an_account()
    {
        const string tier = """{"tier":"high","interval_minutes":30,"date_range_days":2,"cron":null,"description":"Active"}""";
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tiers?limit=500", Reply.Ok(Wire.List(tier)));
        api.On("PUT /v1/tiers/high", Reply.Ok(tier));
        api.On("PUT /v1/tenants/acme/accounts/act_1/sync", Reply.Ok(Wire.AccountState("act_1")));

        var listed = await CliRun.AgainstAsync(api, "tier", "--json");
        var changed = await CliRun.AgainstAsync(api, "tier", "high", "--interval-minutes", "30");
        var moved = await CliRun.AgainstAsync(api, "tier", "high", "--tenant", "acme", "--account", "act_1");
        api.On("PUT /v1/tenants/acme/accounts/sync", Reply.Ok("""{"selected":400,"changed":388,"message":"388 of 400 accounts were changed."}"""));
        var all = await CliRun.AgainstAsync(api, "tier", "auto", "--tenant", "acme", "--all", "--from", "low");

        Assert.Equal((0, 0, 0, 0), (listed.ExitCode, changed.ExitCode, moved.ExitCode, all.ExitCode));
        Assert.Equal("""{"tier":"auto","of_tier":"low"}""", api.AskedFor[3].Body);
        Assert.Equal("high", listed.Json.GetProperty("data")[0].GetProperty("tier").GetString());
        Assert.Equal("""{"interval_minutes":30}""", api.AskedFor[1].Body);
        Assert.Equal("""{"tier":"high"}""", api.AskedFor[2].Body);
    }

    [Fact]
    public async Task A_tiers_cron_expression_is_set_and_taken_away()
    {
        const string tier = """{"tier":"high","interval_minutes":30,"date_range_days":2,"cron":"*/20 * * * *","description":"Active"}""";
        await using var api = await ScriptedApi.StartAsync();
        api.On("PUT /v1/tiers/high", Reply.Ok(tier));

        var set = await CliRun.AgainstAsync(api, "tier", "high", "--cron", "*/20 * * * *", "--date-range-days", "2", "--json");
        var taken = await CliRun.AgainstAsync(api, "tier", "high", "--no-cron");
        var wrong = await CliRun.AgainstAsync(api, "tier", "high", "--cron", "* * * *");
        var both = await CliRun.AgainstAsync(api, "tier", "high", "--cron", "* * * * *", "--no-cron");

        Assert.Equal((0, 0, 2, 2), (set.ExitCode, taken.ExitCode, wrong.ExitCode, both.ExitCode));
        Assert.Equal("*/20 * * * *", set.Json.GetProperty("cron").GetString());
        Assert.Equal(["""{"date_range_days":2,"cron":"*/20 * * * *"}""", """{"cron":null}"""], api.AskedFor.Select(asked => asked.Body));
        Assert.Contains("has 4 fields, not five", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_whose_tier_moves_by_itself_is_shown_as_such()
    {
        await using var api = await ScriptedApi.StartAsync();
        var moving = Wire.AccountState("act_1")[..^1] + ""","auto_tier":true,"auto_tier_reason":"it grows"}""";
        api.On("PUT /v1/tenants/acme/accounts/act_1/sync", Reply.Ok(moving));
        api.On("GET /v1/tenants/acme/accounts?limit=100", Reply.Ok(Wire.List(moving)));

        var moved = await CliRun.AgainstAsync(api, "tier", "auto", "--tenant", "acme", "--account", "1");
        var listed = await CliRun.AgainstAsync(api, "accounts", "--tenant", "acme");

        Assert.Contains("is in tier medium and moves by itself", moved.Out, StringComparison.Ordinal);
        Assert.Contains("medium (auto)", listed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_key_is_shown_once_and_lists_show_none()
    {
        const string key = """{"id":"k1","name":"reporting","hint":"mgk_ab","created_at":"2026-03-06T11:00:00Z","revoked_at":null""";
        await using var api = await ScriptedApi.StartAsync();
        api.On("POST /v1/tenants/acme/keys", new Reply(201, key + ""","key":"mgk_abcdef"}"""));
        api.On("GET /v1/tenants/acme/keys?limit=500", Reply.Ok(Wire.List(key + "}")));
        api.On("DELETE /v1/tenants/acme/keys/k1", new Reply(204, ""));

        var made = await CliRun.AgainstAsync(api, "keys", "create", "--tenant", "acme", "--name", "reporting");
        var listed = await CliRun.AgainstAsync(api, "keys", "--tenant", "acme", "--json");
        var revoked = await CliRun.AgainstAsync(api, "keys", "revoke", "--tenant", "acme", "k1");

        Assert.Contains("mgk_abcdef", made.Out, StringComparison.Ordinal);
        Assert.False(listed.Json.GetProperty("data")[0].TryGetProperty("key", out _));
        Assert.Equal(0, revoked.ExitCode);
    }

    [Fact]
    public async Task A_budget_is_shown_by_scope_and_changed_as_a_whole()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/rate-limit", Reply.Ok("""{"mode":"fixed","cap":180,"waiting":2,"high_only_until":null,"scopes":[{"scope":"app","charged":12,"percent":6.7,"blocked_until":null}]}"""));
        api.On("PATCH /v1/tenants/acme", Reply.Ok(Wire.Tenant("acme", "fixed")));

        var shown = await CliRun.AgainstAsync(api, "budget", "--tenant", "acme");
        var changed = await CliRun.AgainstAsync(api, "budget", "--tenant", "acme", "--calls-per-hour", "200");

        Assert.Contains("mode fixed, 180 calls per hour, 2 waiting", shown.Out, StringComparison.Ordinal);
        Assert.Equal(0, changed.ExitCode);
        Assert.Equal("""{"budget":{"mode":"fixed","calls_per_hour":200}}""", api.AskedFor[1].Body);
    }

    [Fact]
    public async Task A_cluster_that_is_not_ready_ends_with_one()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/cluster", Reply.Ok("""{"engine":"Portable","version":"0.1.0","ready":false,"silos":[],"activations":[{"type":"account","count":3}]}"""));

        var run = await CliRun.AgainstAsync(api, "cluster");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("NOT ready", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draining_a_silo_waits_until_it_is_listed_no_more()
    {
        await using var api = await ScriptedApi.StartAsync();
        const string silo = """{"address":"10.0.0.5:11111@1","status":"active","partitions":128}""";
        api.On("POST /v1/cluster/silos/10.0.0.5:11111/drain", new Reply(202, silo));
        api.On("GET /v1/cluster", Reply.Ok($$"""{"engine":"Portable","version":"0.1.0","ready":true,"silos":[{{silo}}],"activations":[]}"""), Reply.Ok("""{"engine":"Portable","version":"0.1.0","ready":true,"silos":[],"activations":[]}"""));

        var run = await CliRun.AgainstAsync(api, "silo", "drain", "10.0.0.5:11111");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Silo 10.0.0.5:11111@1 has left.", run.Out, StringComparison.Ordinal);
        Assert.Equal(3, api.AskedFor.Count);
    }

    [Fact]
    public async Task Deleting_a_tenant_needs_a_yes()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("DELETE /v1/tenants/acme", new Reply(204, ""));

        var asked = await CliRun.AgainstAsync(api, "tenants", "delete", "--tenant", "acme");
        var done = await CliRun.AgainstAsync(api, "tenants", "delete", "--tenant", "acme", "--yes");

        Assert.Equal((2, 0, 1), (asked.ExitCode, done.ExitCode, api.AskedFor.Count));
    }

    [Fact]
    public async Task Every_verb_has_a_help_with_an_example()
    {
        var all = await CliRun.RunAsync([], "", "--help");
        var verbs = all.Out.Split("Commands:")[1].Split('\n').Select(line => line.Trim().Split(' ')[0]).Where(verb => verb.Length > 0).ToArray();

        Assert.True(verbs.Length >= 22, string.Join(' ', verbs));
        await Parallel.ForEachAsync(verbs, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (verb, _) =>
        {
            var help = await CliRun.RunAsync([], "", verb, "--help");
            Assert.True(help.ExitCode == 0 && help.Out.Contains($"Example:\n  ./metagrains {verb}", StringComparison.Ordinal), $"{verb}: {help.Out}");
            Assert.Contains("--json", help.Out, StringComparison.Ordinal);
        });
    }
}
