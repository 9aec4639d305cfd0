using System.IO.Compression;
using System.Text;
using MetaGrains.Cli.Rest;
using MetaGrains.Cli.Tests.Support;

namespace MetaGrains.Cli.Tests.Rest;

/// <summary>The verbs that read the warehouse: what they ask for, and what is left on disk.</summary>
public sealed class ReadVerbTests : IDisposable
{
    private const string Rows = "date,name\r\n2026-03-01,\"two\r\nlines\"\r\n2026-03-02,b\r\n";

    private readonly EmptyCheckout _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_export_asks_for_what_was_said_and_its_file_has_the_bytes_of_the_answer()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On(
            "GET /v1/tenants/acme/insights?level=ad&account=act_1&since=2026-03-01&until=2026-03-02&fields=date%2Cname&as_of=2026-03-02T08%3A00%3A00%2B01%3A00&format=csv",
            Reply.Ok(Rows));

        var run = await CliRun.AgainstAsync(
            api, "export", "--tenant", "acme", "--account", "1", "--level", "ad", "--since", "2026-03-01", "--until", "2026-03-02", "--fields", "date,name",
            "--as-of", "2026-03-02T08:00:00+01:00", "--out", In("out.csv"), "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(Rows, await File.ReadAllTextAsync(In("out.csv")));
        Assert.Equal([In("out.csv")], Directory.GetFiles(_folder.Path));
        Assert.Equal((2, Rows.Length, In("out.csv")), (run.Json.GetProperty("rows").GetInt64(), run.Json.GetProperty("bytes").GetInt64(), run.Json.GetProperty("file").GetString()));
        Assert.True(run.Json.GetProperty("seconds").GetDouble() >= 0);
        Assert.Contains("2 rows", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_to_standard_output_is_the_answer_and_nothing_else()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/insights?report=mine&format=json", Reply.Ok("""{"data":[{"a":"{\"["},{"a":{"b":[{}]}}],"next_cursor":null}"""));

        var run = await CliRun.AgainstAsync(api, "export", "--tenant", "acme", "--report", "mine", "--format", "json", "--out", "-");

        Assert.Equal((0, """{"data":[{"a":"{\"["},{"a":{"b":[{}]}}],"next_cursor":null}"""), (run.ExitCode, run.Out));
        Assert.Contains("2 rows", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_leaves_no_file_and_keeps_the_one_from_before()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/insights?level=ad&format=csv", Reply.Ok(Rows) with { BreaksOff = true });
        await File.WriteAllTextAsync(In("out.csv"), "before");

        var run = await CliRun.AgainstAsync(api, "export", "--tenant", "acme", "--level", "ad", "--out", In("out.csv"), "--json");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("broke off", run.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("before", await File.ReadAllTextAsync(In("out.csv")));
        Assert.Equal([In("out.csv")], Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("export --tenant acme", "--level")]
    [InlineData("export --tenant acme --level ads", "'ads'")]
    [InlineData("export --tenant acme --level ad --since 2026-03-02 --until 2026-03-01", "reversed")]
    [InlineData("export --tenant acme --level ad --out - --json", "standard output")]
    [InlineData("tenants export acme", "--out")]
    [InlineData("tenants export acme --tenant other --out x.zip", "Name it once")]
    [InlineData("tenants set acme", "Nothing is to be changed")]
    [InlineData("tenants set acme --several-currencies maybe", "maybe")]
    [InlineData("tenants set acme --auto-tier-min low", "give both")]
    [InlineData("tenants set acme --auto-tier-min low --auto-tier-max auto", "auto")]
    [InlineData("tenants delete acme --erase", "for good")]
    [InlineData("plan --tenant acme --add-accounts -1", "--add-accounts must be 0 to 1000000, not -1")]
    [InlineData("plan --tenant acme --backfill-months 38", "--backfill-months must be 0 to 37, not 38")]
    [InlineData("plan --tenant acme --add-acounts 3", "--add-acounts")]
    [InlineData("incidents --limit 0", "--limit must be 1 to")]
    public async Task What_cannot_be_meant_is_refused_before_anything_is_asked(string line, string complaint)
    {
        await using var api = await ScriptedApi.StartAsync();

        var run = await CliRun.AgainstAsync(api, line.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(complaint, run.Error, StringComparison.Ordinal);
        Assert.Empty(api.AskedFor);
    }

    [Fact]
    public async Task What_the_API_refuses_is_told_and_no_file_is_made()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/insights?level=ad&fields=spnd&format=csv", Reply.Problem(400, "fields 'spnd' is not known.", "Did you mean 'spend'?", "fields"));

        var run = await CliRun.AgainstAsync(api, "export", "--tenant", "acme", "--level", "ad", "--fields", "spnd", "--out", In("out.csv"));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Did you mean 'spend'?", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Freshness_shows_what_is_behind_and_ends_with_one_when_something_is()
    {
        const string late = """{"ad_account_id":"act_1","stream":"ad_daily","latest_data_date":"2026-03-05","last_synced_at":"2026-03-06T01:00:00Z","lag_seconds":18000,"promised_seconds":14400,"behind":true,"enabled":true,"health":"failing"}""";
        const string never = """{"ad_account_id":"act_2","stream":null,"latest_data_date":null,"last_synced_at":null,"lag_seconds":null,"promised_seconds":null,"behind":null,"enabled":false,"health":"paused"}""";
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/freshness?limit=500", Reply.Ok(Wire.List(late, never)));
        api.On("GET /v1/tenants/acme/freshness?account=act_2&behind=true&limit=500", Reply.Ok(Wire.List()));

        var all = await CliRun.AgainstAsync(api, "freshness", "--tenant", "acme", "--json");
        var none = await CliRun.AgainstAsync(api, "freshness", "--tenant", "acme", "--account", "2", "--behind");

        Assert.Equal((1, 1), (all.ExitCode, all.Json.GetProperty("behind").GetInt32()));
        Assert.Contains("5 h 0 min", all.Error, StringComparison.Ordinal);
        Assert.Equal(0, none.ExitCode);
        Assert.Contains("Nothing is behind", none.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_shows_what_each_tier_needs_and_ends_with_one_when_the_budget_does_not_suffice()
    {
        const string tiers = """[{"tier":"high","accounts":401,"calls_per_hour":2217.04,"share":12.316,"promised_minutes":60,"reached_minutes":739.2},{"tier":"low","accounts":5,"calls_per_hour":12.7,"share":0.07,"promised_minutes":240,"reached_minutes":null}]""";
        await using var api = await ScriptedApi.StartAsync();
        api.On(
            "GET /v1/tenants/acme/plan?add_accounts=400&tier=high&breakdowns=country%2Cregion&backfill_months=12",
            Reply.Ok($$"""{"calls_per_hour":2229.74,"allowance_per_hour":180,"share":12.387,"tiers":{{tiers}},"backfill_calls":4800,"backfill_days":null,"message":"It does not fit."}"""));

        var run = await CliRun.AgainstAsync(
            api, "plan", "--tenant", "acme", "--add-accounts", "400", "--tier", "high", "--breakdowns", "country,region", "--backfill-months", "12", "--json");

        Assert.Equal((1, 2), (run.ExitCode, run.Json.GetProperty("tiers").GetArrayLength()));
        Assert.Equal(12.387, run.Json.GetProperty("share").GetDouble());
        foreach (var shown in new[] { "2,217", "1,231.6 %", "739.2", "7 %", "never", "2,229.7 calls an hour are needed, 180 allowed. It does not fit.", "4,800 calls; nothing is left for it" })
            Assert.Contains(shown, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_fits_or_whose_budget_nobody_knows_ends_well_and_asks_for_nothing_that_was_not_said()
    {
        const string tiers = """[{"tier":"medium","accounts":3,"calls_per_hour":10.6,"share":null,"promised_minutes":120,"reached_minutes":120}]""";
        await using var api = await ScriptedApi.StartAsync();
        api.On(
            "GET /v1/tenants/acme/plan",
            Reply.Ok($$"""{"calls_per_hour":10.6,"allowance_per_hour":null,"share":null,"tiers":{{tiers}},"backfill_calls":0,"backfill_days":null,"message":"Meta has not said."}"""),
            Reply.Ok($$"""{"calls_per_hour":10.6,"allowance_per_hour":180,"share":1,"tiers":{{tiers}},"backfill_calls":340,"backfill_days":2.25,"message":"It fits."}"""));

        var unknown = await CliRun.AgainstAsync(api, "plan", "--tenant", "acme");
        var full = await CliRun.AgainstAsync(api, "plan", "--tenant", "acme");

        Assert.Equal((0, 0), (unknown.ExitCode, full.ExitCode));
        Assert.Contains("what is allowed is not known. Meta has not said.", unknown.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("backfill", unknown.Out, StringComparison.Ordinal);
        Assert.Contains("The backfill takes 340 calls and 2.3 days.", full.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Incidents_that_last_are_listed_and_end_with_one_and_those_that_are_over_on_request()
    {
        const string open = """{"id":7,"error":{"message":"Service temporarily unavailable","code":2,"subcode":99},"opened_at":"2026-03-06T12:00:00Z","closed_at":null,"closed_by":null,"reopened":0,"accounts":1340,"probes":2,"last_probe_at":"2026-03-06T12:03:00Z","next_probe_at":"2026-03-06T12:07:00Z"}""";
        const string over = """{"id":6,"error":{"message":"Connection reset","code":null,"subcode":null},"opened_at":"2026-03-05T12:00:00Z","closed_at":"2026-03-05T12:30:00Z","closed_by":"probe","reopened":1,"accounts":20,"probes":5,"last_probe_at":"2026-03-05T12:30:00Z","next_probe_at":null}""";
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/incidents?open=true&limit=100", Reply.Ok(Wire.List(open)));
        api.On("GET /v1/incidents?tenant=acme&limit=5", Reply.Ok(Wire.List(over)));

        var lasting = await CliRun.AgainstAsync(api, "incidents", "--json");
        var all = await CliRun.AgainstAsync(api, "incidents", "--tenant", "acme", "--all", "--limit", "5");

        Assert.Equal((1, 1), (lasting.ExitCode, lasting.Json.GetProperty("open").GetInt32()));
        Assert.Equal(7, lasting.Json.GetProperty("data")[0].GetProperty("id").GetInt64());
        foreach (var shown in new[] { "2/99", "1,340", "2026-03-06 12:07:00Z", "Service temporarily", "1 incident lasts" })
            Assert.Contains(shown, lasting.Error, StringComparison.Ordinal);
        Assert.Equal(0, all.ExitCode);
        foreach (var shown in new[] { "no usable answer", "2026-03-05 12:30:00Z", "probe", "No incident lasts." })
            Assert.Contains(shown, all.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("take.zip")]
    [InlineData("take")]
    public async Task A_tenants_export_is_one_zip_file_or_a_folder_of_its_files(string target)
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/export?format=ndjson", new Reply(200, "", MediaType: "application/zip") { Bytes = Packed("tenants.ndjson", "manifest.json") });

        var run = await CliRun.AgainstAsync(api, "tenants", "export", "acme", "--format", "ndjson", "--out", In(target), "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(1, run.Json.GetProperty("files").GetInt32());
        Assert.Equal(
            target == "take" ? ["take/manifest.json", "take/tenants.ndjson"] : ["take.zip"],
            Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder.Path, file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_zip_without_its_manifest_is_called_what_it_is()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("GET /v1/tenants/acme/export", new Reply(200, "", MediaType: "application/zip") { Bytes = Packed("tenants.csv") });

        var run = await CliRun.AgainstAsync(api, "tenants", "export", "--tenant", "acme", "--out", In("take.zip"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("not whole", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_is_changed_by_what_was_given_alone_and_erased_with_its_rows_told()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.On("PATCH /v1/tenants/acme", Reply.Ok(Wire.Tenant("acme")));
        api.On("DELETE /v1/tenants/acme?erase=now", Reply.Ok("""{"tenant_id":"5feaf530-1a35-44b8-bbeb-89d550b04408","slug":"acme","erased_at":"2026-03-06T12:00:00Z","rows":{"public.meta_ads":1200}}"""));

        var several = await CliRun.AgainstAsync(api, "tenants", "set", "acme", "--several-currencies", "true");
        var renamed = await CliRun.AgainstAsync(api, "tenants", "set", "--tenant", "acme", "--name", "New", "--calls-per-hour", "300");
        var bounded = await CliRun.AgainstAsync(api, "tenants", "set", "acme", "--auto-tier-min", "low", "--auto-tier-max", "medium");
        var erased = await CliRun.AgainstAsync(api, "tenants", "delete", "acme", "--erase", "--yes", "--json");

        Assert.Equal((0, 0, 0, 0), (several.ExitCode, renamed.ExitCode, bounded.ExitCode, erased.ExitCode));
        Assert.Equal(
            ["""{"several_currencies":true}""", """{"name":"New","budget":{"mode":"fixed","calls_per_hour":300}}""", """{"auto_tier":{"min":"low","max":"medium"}}""", ""], api.AskedFor.Select(asked => asked.Body));
        Assert.Equal(1200, erased.Json.GetProperty("rows").GetProperty("public.meta_ads").GetInt64());
    }

    [Theory]
    [InlineData("csv", "a,b\r\n", 0)]
    [InlineData("csv", "a,b\r\n1,\"x\n\"\"\n\"\r\n2,3\r\n", 2)]
    [InlineData("json", """{"data":[],"next_cursor":null}""", 0)]
    [InlineData("json", """{"data":[{"a":{"b":{}}},{"c":"}]{\\\""}],"next_cursor":null}""", 2)]
    public void Rows_are_counted_however_the_bytes_are_cut(string format, string text, long rows)
    {
        foreach (var size in new[] { 1, 3, 1000 })
        {
            var count = format == "csv" ? RowCount.OfCsv() : RowCount.OfJson();
            foreach (var piece in Encoding.UTF8.GetBytes(text).Chunk(size))
                count.Take(piece);

            Assert.Equal(rows, count.Rows);
        }
    }

    private string In(string name) => Path.Combine(_folder.Path, name);

    private static byte[] Packed(params string[] names)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write("{}"u8);
            }
        }

        return bytes.ToArray();
    }
}
