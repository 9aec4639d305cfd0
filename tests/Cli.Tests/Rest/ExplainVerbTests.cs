using MetaGrains.Cli.Tests.Support;

namespace MetaGrains.Cli.Tests.Rest;

/// <summary><c>explain</c> says for people what the API says for programs.</summary>
public sealed class ExplainVerbTests
{
    private const string Old = """{"account":"act_1","health":"active","tier":"high","next_due_at":null,"running_job":null,"run_id":null,"waiting":0,"facts":[{"topic":"decision","text":"It does not run.","at":null}]""";

    [Fact]
    public async Task The_decision_its_inputs_the_place_in_the_queue_and_the_next_runs_are_shown()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/accounts/act_1/sync/explain", Reply.Ok($$"""
            {{Old}},
            "condition":{"state":"waiting_for_budget","owner":"us","since":"2026-03-06T14:05:00Z","next_try":"2026-03-06T14:30:00Z","reason":"Work waits."},
            "decision":{"outcome":"waiting_for_budget","job":"tier","requested_run":null,"due_at":"2026-03-06T14:00:00Z","priority":"medium","effective_priority":"high","window":null,"obstacle":null},
            "schedule":{"interval_seconds":7200,"cron":null,"offset_seconds":1020.7,"wake_at":null},
            "jobs":[{"job":"deep","due_at":"2026-03-07T02:10:00Z","window":{"since":"2026-02-06","until":"2026-03-05"},"reports":["ad_daily"],"cursor":"2026-03-04","last_started_at":null,"last_succeeded_at":null,"last_calls":4,"errors":0,"retry_at":null,"obstacle":null}],
            "budget":{"since":"2026-03-06T14:00:00Z","wanted":8,"reason":"queue","scope":"user/1","until":"2026-03-06T14:30:00Z","high_only_until":null,"ahead":4,"queue":9},
            "reports":[],"incident":null,"last_run":{{Wire.Run(7, "succeeded")}}}
            """));

        var run = await CliRun.AgainstAsync(api, "explain", "--tenant", "acme", "--account", "act_1");

        Assert.True(run.ExitCode == 0, run.Error);
        foreach (var line in new[]
        {
            "health: waiting_for_budget since 2026-03-06 14:05:00Z, up to us, tried again 2026-03-06 14:30:00Z",
            "decided: tier due 2026-03-06 14:00:00Z, priority medium (by now high): waiting for budget",
            "budget: 8 calls asked for since 2026-03-06 14:00:00Z, 4 of 9 before it, waiting for user/1, asked again 2026-03-06 14:30:00Z",
            "schedule: every 02:00:00, 00:17:00 into the interval",
            "last run: tier 2026-03-01..2026-03-06 succeeded",
            "2026-02-06..2026-03-05",
        })
            Assert.Contains(line, string.Join(' ', run.Out.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_silo_of_an_older_release_does_not_say_is_left_out()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/accounts/act_1/sync/explain", Reply.Ok(Old + "}"));

        var run = await CliRun.AgainstAsync(api, "explain", "--tenant", "acme", "--account", "act_1");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("It does not run.", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("decided:", run.Out, StringComparison.Ordinal);
    }
}
