using MetaGrains.Api.Hosting;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Api.Tests;

/// <summary>A bad configuration is refused in one line that names the key and the fix, and repeats no secret.</summary>
public sealed class SettingsTests
{
    private static readonly string Key = new('a', 64);

    [Theory]
    [InlineData(ApiSettings.DatabaseUrlKey, null, "METAGRAINS_DATABASE_URL is not set")]
    [InlineData(ApiSettings.DatabaseUrlKey, "mysql://u:hunter2@h/d", "METAGRAINS_DATABASE_URL")]
    [InlineData(ApiSettings.OperatorKeyKey, null, "METAGRAINS_OPERATOR_KEY is not set")]
    [InlineData(ApiSettings.OperatorKeyKey, "hunter2", "at least 16")]
    [InlineData(ApiSettings.OperatorKeyKey, "hunter2 hunter2 hunter2", "METAGRAINS_OPERATOR_KEY")]
    [InlineData(ApiSettings.EncryptionKeyKey, null, "ENCRYPTION_KEY is not set")]
    [InlineData(ApiSettings.EncryptionKeyKey, "hunter2", "ENCRYPTION_KEY must be 64")]
    [InlineData(ApiSettings.LogLevelKey, "loud", "LOG_LEVEL")]
    [InlineData(ApiSettings.JobsKey, "maybe", "META_JOBS_ENABLED")]
    [InlineData(ApiSettings.CronSecretKey, "hunter2", "META_CRON_SECRET is no secret")]
    [InlineData(ApiSettings.SharedCronSecretKey, "hunter2 hunter2 hunter2", "CRON_SECRET is no secret")]
    [InlineData("MetaGrains__Cluster__Tls__Mutual", "maybe", "MetaGrains:Cluster:Tls:Mutual must be true or false")]
    [InlineData("MetaGrains__Cluster__Tls__CaFile", "/none/ca.pem", "MetaGrains:Cluster:Tls:CertificateFile is not set")]
    [InlineData("MetaGrains__Cluster__Tls__CertificateFile", "/none/own.pem", "MetaGrains:Cluster:Tls:KeyFile is not set")]
    [InlineData(ApiSettings.FreshMinutesKey, "-1", "META_FRESH_SCHED_MINUTES is '-1'")]
    public void A_bad_value_is_named(string key, string? value, string says)
    {
        var refused = Assert.Throws<ApiConfigurationException>(() => ApiSettings.Read(name => name == key ? value : Good(name)));

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void What_may_be_left_out_has_defaults()
    {
        var settings = ApiSettings.Read(Good);

        Assert.Equal((LogLevel.Information, true, false, ""), (settings.LogLevel, settings.JobsEnabled, settings.Production, settings.ClusterSecret));
    }

    [Fact]
    public void The_crons_secret_is_read_from_either_name_and_where_there_is_none_nothing_is_it()
    {
        const string secret = "0123456789abcdef";
        var own = ApiSettings.Read(name => name switch { ApiSettings.CronSecretKey => secret, ApiSettings.SharedCronSecretKey => secret + "x", ApiSettings.FreshMinutesKey => "30", _ => Good(name) });
        var shared = ApiSettings.Read(name => name == ApiSettings.SharedCronSecretKey ? secret : Good(name));
        var none = ApiSettings.Read(Good);

        Assert.True(own.CronSecret.Is(secret) && !own.CronSecret.Is(secret + "x") && shared.CronSecret.Is(secret) && !none.CronSecret.Is("") && !none.CronSecret.Is(secret));
        Assert.Equal((TimeSpan.FromMinutes(30), TimeSpan.FromDays(1)), (own.FreshCooldown, none.FreshCooldown));
    }

    [Fact]
    public void Flags_are_read_and_unknown_ones_refused()
    {
        Assert.Equal(new ApiArguments("http://127.0.0.1:0", true), ApiArguments.Parse(["--stop-with-stdin", "--urls", "http://127.0.0.1:0"]));
        Assert.Equal(new ApiArguments("http://[::1]:80", false), ApiArguments.Parse(["--urls=http://[::1]:80"]));
        Assert.Throws<ApiConfigurationException>(() => ApiArguments.Parse(["--urls"]));
        Assert.Throws<ApiConfigurationException>(() => ApiArguments.Parse(["--verbose"]));
    }

    private static string? Good(string name) => name switch
    {
        ApiSettings.DatabaseUrlKey => "postgres://u:p@127.0.0.1/d",
        ApiSettings.OperatorKeyKey => "operator-key-of-the-tests",
        ApiSettings.EncryptionKeyKey => Key,
        _ => null,
    };
}
