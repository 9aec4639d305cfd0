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
    [InlineData("tenants delete acme --erase", "for good")]
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
        var erased = await CliRun.AgainstAsync(api, "tenants", "delete", "acme", "--erase", "--yes", "--json");

        Assert.Equal((0, 0, 0), (several.ExitCode, renamed.ExitCode, erased.ExitCode));
        Assert.Equal(
            ["""{"several_currencies":true}""", """{"name":"New","budget":{"mode":"fixed","calls_per_hour":300}}""", ""], api.AskedFor.Select(asked => asked.Body));
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
