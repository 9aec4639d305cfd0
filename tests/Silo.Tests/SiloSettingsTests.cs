using System.Net;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Silo.Hosting;
using MetaGrains.Silo.Settings;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MetaGrains.Silo.Tests;

public sealed class SiloSettingsTests
{
    private static readonly IPEndPoint Loopback = new(IPAddress.Loopback, 30000);

    private static Dictionary<string, string?> Good() => new(StringComparer.Ordinal)
    {
        ["METAGRAINS_DATABASE_URL"] = "postgres://me@127.0.0.1/metagrains",
        ["ENCRYPTION_KEY"] = EncryptionKeys.Generate(),
    };

    private static IConfiguration Configuration(Dictionary<string, string?> values) => new ConfigurationBuilder().AddInMemoryCollection(values).Build();

    [Theory]
    [InlineData("METAGRAINS_DATABASE_URL", null, "METAGRAINS_DATABASE_URL is not set: name the database")]
    [InlineData("METAGRAINS_DATABASE_URL", "mysql://host/db", "METAGRAINS_DATABASE_URL: The database URL must start with postgres://")]
    [InlineData("METAGRAINS_DATABASE_DIRECT_URL", "postgres://host", "METAGRAINS_DATABASE_DIRECT_URL: The database URL names no database")]
    [InlineData("ENCRYPTION_KEY", null, "ENCRYPTION_KEY is not set")]
    [InlineData("ENCRYPTION_KEY", "abc", "ENCRYPTION_KEY must be 64 hexadecimal digits")]
    [InlineData("META_API_VERSION", "25", "META_API_VERSION must look like v25.0")]
    [InlineData("META_API_BASE_URL", "graph", "META_API_BASE_URL must be an absolute address")]
    [InlineData("META_API_BASE_URL", "ftp://graph/", "META_API_BASE_URL must begin with https:// or http://")]
    [InlineData("META_STUB_MODE", "perhaps", "META_STUB_MODE must be true or false")]
    [InlineData("META_JOBS_ENABLED", "2", "META_JOBS_ENABLED must be true or false")]
    [InlineData("META_FRESH_SCHED_MINUTES", "soon", "META_FRESH_SCHED_MINUTES must be a number from 0 to 43200")]
    [InlineData("META_FRESH_SCHED_MINUTES", "43201", "META_FRESH_SCHED_MINUTES must be a number from 0 to 43200, not '43201'")]
    [InlineData("META_APP_ID", "my app", "META_APP_ID must be the app's number")]
    [InlineData("META_APP_ID", "0", "META_APP_ID must be the app's number")]
    [InlineData("META_DIALOG_URL", "www.facebook.com", "META_DIALOG_URL must be an absolute address")]
    [InlineData("META_DIALOG_URL", "http://www.facebook.com/", "META_DIALOG_URL must begin with https:// for Meta's own hosts")]
    [InlineData("META_SYNC_INTERVAL_MINUTES", "-1", "META_SYNC_INTERVAL_MINUTES must be a number from 0 to 43200, not '-1'")]
    [InlineData("META_SYNC_CRON", "5 * * *", "META_SYNC_CRON: '5 * * *' has 4 fields, not five")]
    [InlineData("MetaGrains:Upkeep:EraseAfter", "-1.00:00:00", "MetaGrains:Upkeep:EraseAfter must be 0 to 365 days")]
    [InlineData("MetaGrains:Upkeep:Evry", "01:00:00", "Evry")]
    [InlineData("MetaGrains:Retention:RawMonths", "1", "MetaGrains:Retention:RawMonths must be at least 2, not 1")]
    [InlineData("MetaGrains:SlowStart:MostPerSecond", "1", "MetaGrains:SlowStart:MostPerSecond must be FirstPerSecond to 10000, not 1")]
    [InlineData("MetaGrains:Incidents:Window", "00:00:00", "MetaGrains:Incidents:Window must be 1 s to 1 h, not 00:00:00")]
    [InlineData("MetaGrains:Incidents:LeastAccounts", "1", "MetaGrains:Incidents:LeastAccounts must be at least 2, not 1")]
    [InlineData("MetaGrains:Incidents:LeastShare", "1.5", "MetaGrains:Incidents:LeastShare must be more than 0 and at most 1, not 1.5")]
    [InlineData("MetaGrains:Incidents:FirstProbe", "01:00:00", "MetaGrains:Incidents:LongestProbe must be FirstProbe to 6 h, not 00:15:00")]
    [InlineData("MetaGrains:Incidents:MaxAge", "often", "MetaGrains:Incidents: Failed to convert configuration value 'often'")]
    [InlineData("MetaGrains:Incidents:LeastAccount", "9", "LeastAccount")]
    [InlineData("MetaGrains:Cluster:Tls:CertificateFile", "/none/own.pem", "MetaGrains:Cluster:Tls:KeyFile is not set")]
    [InlineData("MetaGrains:Cluster:Tls:Mutual", "false", "MetaGrains:Cluster:Tls:CertificateFile is not set")]
    [InlineData("MetaGrains:Cluster:Tls:Certificate", "own.pem", "Certificate")]
    [InlineData("LOG_LEVEL", "loud", "LOG_LEVEL must be trace, debug")]
    [InlineData("MetaGrains:Silo:MinimumReminderPeriod", "00:00:00", "MetaGrains:Silo:MinimumReminderPeriod must be")]
    [InlineData("MetaGrains:Silo:StubAccounts", "many", "MetaGrains:Silo: Failed to convert configuration value 'many'")]
    [InlineData("MetaGrains:Silo:StubAcounts", "3", "StubAcounts")]
    [InlineData("MetaGrains:Silo:GraphPageLimit", "0", "MetaGrains:Silo:GraphPageLimit must be 1 to 100000 rows")]
    [InlineData("MetaGrains:Silo:GraphRetryBaseDelay", "1.00:00:00", "MetaGrains:Silo:GraphRetryBaseDelay must be more than zero")]
    public void A_value_that_is_missing_or_bad_is_refused_by_its_name_in_one_line(string key, string? value, string says)
    {
        var values = Good();
        values[key] = value;

        var refused = Assert.Throws<StartRefusedException>(() => SiloSettings.Read(Configuration(values), Loopback));

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void Made_up_data_is_refused_in_production()
    {
        var values = Good();
        (values["META_STUB_MODE"], values["APP_ENV"]) = ("1", "Production");

        Assert.Contains("META_STUB_MODE is on while APP_ENV is production", Assert.Throws<StartRefusedException>(() => SiloSettings.Read(Configuration(values), Loopback)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gateway_that_others_reach_needs_a_secret()
    {
        var open = new IPEndPoint(IPAddress.Parse("10.0.0.1"), 30000);

        Assert.Contains("METAGRAINS_CLUSTER_SECRET is not set", Assert.Throws<StartRefusedException>(() => SiloSettings.Read(Configuration(Good()), open)).Message, StringComparison.Ordinal);
        var values = Good();
        values["METAGRAINS_CLUSTER_SECRET"] = "secret";
        Assert.NotNull(SiloSettings.Read(Configuration(values), open));
    }

    [Fact]
    public void The_switches_of_the_process_reach_the_accounts_and_an_empty_value_is_none()
    {
        var values = Good();
        (values["META_JOBS_ENABLED"], values["META_FRESH_SCHED_MINUTES"], values["META_API_VERSION"], values["LOG_LEVEL"]) = ("FALSE", "0", " ", "");

        using var host = SiloProcess.Build(SiloArguments.Parse([]), Configuration(values));
        var sync = host.Services.GetRequiredService<IOptions<SyncOptions>>().Value;

        Assert.Equal((false, null, ".off.fresh0"), (sync.JobsEnabled, sync.FreshInterval, sync.VersionSuffix));
        Assert.Equal((TimeSpan.FromHours(4), null), (sync.EntitiesInterval, sync.CronExpression));
        Assert.Equal("v25.0", host.Services.GetRequiredService<IOptions<Graph.GraphOptions>>().Value.ApiVersion);
        Assert.Equal("", new SyncOptions().VersionSuffix);
    }

    [Fact]
    public void The_app_is_known_to_the_client_and_to_every_account()
    {
        var values = Good();
        (values["META_APP_ID"], values["META_APP_SECRET"], values["META_DIALOG_URL"]) = ("361744628296290", "secret", "https://login.example/");

        using var host = SiloProcess.Build(SiloArguments.Parse([]), Configuration(values));
        var graph = host.Services.GetRequiredService<IOptions<Graph.GraphOptions>>().Value;
        var sync = host.Services.GetRequiredService<IOptions<SyncOptions>>().Value;

        Assert.Equal(("361744628296290", "secret", "https://login.example/"), (graph.AppId, graph.AppSecret, graph.DialogAddress.ToString()));
        Assert.Equal((361744628296290, ".app361744628296290"), (sync.AppId, sync.VersionSuffix));
    }

    [Fact]
    public void What_an_incident_is_and_how_it_is_probed_is_the_operators_to_say()
    {
        var values = Good();
        (values["MetaGrains:Incidents:Window"], values["MetaGrains:Incidents:LeastAccounts"], values["MetaGrains:Incidents:LeastShare"]) = ("00:10:00", "50", "0.5");
        (values["MetaGrains:Incidents:Pause"], values["MetaGrains:Incidents:MaxAge"]) = ("00:00:02", "00:00:07");
        (values["MetaGrains:Incidents:FirstProbe"], values["MetaGrains:Incidents:LongestProbe"]) = ("00:02:00", "01:00:00");

        using var host = SiloProcess.Build(SiloArguments.Parse([]), Configuration(values));
        var incidents = host.Services.GetRequiredService<IOptions<Grains.Incidents.IncidentOptions>>().Value;

        Assert.Equal((TimeSpan.FromMinutes(10), 50, 0.5), (incidents.Window, incidents.LeastAccounts, incidents.LeastShare));
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(7)), (incidents.Pause, incidents.MaxAge));
        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromHours(1)), (incidents.FirstProbe, incidents.LongestProbe));
    }

    [Fact]
    public void When_jobs_run_how_long_what_stays_and_when_tenants_are_erased_is_the_operators_to_say()
    {
        var values = Good();
        (values["META_SYNC_INTERVAL_MINUTES"], values["META_SYNC_CRON"]) = ("30", "5  * * * *");
        (values["MetaGrains:Upkeep:EraseAfter"], values["MetaGrains:Retention:RawMonths"]) = ("00:00:00", "3");

        using var host = SiloProcess.Build(SiloArguments.Parse([]), Configuration(values));
        var sync = host.Services.GetRequiredService<IOptions<SyncOptions>>().Value;

        Assert.Equal((TimeSpan.FromMinutes(30), "5 * * * *", ".entities30.cron 5 * * * *"), (sync.EntitiesInterval, sync.CronExpression?.Text, sync.VersionSuffix));
        Assert.Equal(TimeSpan.Zero, host.Services.GetRequiredService<IOptions<Grains.Upkeep.UpkeepOptions>>().Value.EraseAfter);
        Assert.Equal(3, host.Services.GetRequiredService<Core.Upkeep.RetentionOptions>().RawMonths);
    }

    [Fact]
    public void Everything_that_the_silo_is_made_of_can_be_made()
    {
        using var host = SiloProcess.Build(SiloArguments.Parse(["--listen", "127.0.0.1:0"]), Configuration(Good()));

        Assert.NotEmpty(host.Services.GetServices<IHostedService>());
        Assert.NotNull(host.Services.GetRequiredService<IGrainFactory>().Sweep(new Core.Keys.SweepKey(0)));
    }

    [Theory]
    [InlineData("'--port' is no option", "--port", "1")]
    [InlineData("'verb' is no option", "verb")]
    [InlineData("--listen needs a value", "--listen")]
    [InlineData("--listen '127.0.0.1' is not HOST:PORT", "--listen", "127.0.0.1")]
    [InlineData("--listen '127.0.0.1:70000' is not HOST:PORT", "--listen=127.0.0.1:70000")]
    [InlineData("--listen: the host 'no-such-host.invalid' has no address", "--listen", "no-such-host.invalid:1")]
    [InlineData("say with --advertise", "--listen", "0.0.0.0:30000")]
    [InlineData("names another port", "--listen", "0.0.0.0:30000", "--advertise", "10.0.0.1:30001")]
    [InlineData("is no address that anybody could connect to", "--advertise", "0.0.0.0:30000")]
    public void A_command_line_that_is_not_understood_is_refused_in_words(string says, params string[] arguments)
    {
        var refused = Assert.Throws<StartRefusedException>(() => SiloArguments.Parse(arguments));

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_line_that_is_understood_says_where_to_listen_and_what_to_configure()
    {
        var arguments = SiloArguments.Parse(["--listen=0.0.0.0:30001", "--advertise", "10.0.0.1:30001", "--stop-with-stdin", "--MetaGrains:Silo:StubAccounts", "7"]);
        var plain = SiloArguments.Parse([]);

        Assert.Equal((new IPEndPoint(IPAddress.Any, 30001), IPAddress.Parse("10.0.0.1"), true), (arguments.Listen, arguments.Advertise, arguments.StopWithStdin));
        Assert.Equal(["--MetaGrains:Silo:StubAccounts=7"], arguments.Configuration);
        Assert.Equal((Loopback, IPAddress.Loopback, false), (plain.Listen, plain.Advertise, plain.StopWithStdin));
        Assert.Equal(IPAddress.IPv6Loopback, SiloArguments.Parse(["--listen", "[::1]:0"]).Listen.Address);
    }
}
