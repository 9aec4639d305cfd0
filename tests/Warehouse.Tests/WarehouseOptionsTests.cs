using Microsoft.Extensions.Options;
using Npgsql;

namespace MetaGrains.Warehouse.Tests;

public sealed class WarehouseOptionsTests
{
    private const string Url = "postgres://u:hunter2@h/d";

    [Fact]
    public void The_defaults_with_a_url_are_valid() =>
        Assert.True(Validate(new WarehouseOptions { DatabaseUrl = Url }).Succeeded);

    [Theory]
    [InlineData("", "MetaGrains:Warehouse:DatabaseUrl is empty: set METAGRAINS_DATABASE_URL.")]
    [InlineData("  ", "MetaGrains:Warehouse:DatabaseUrl is empty: set METAGRAINS_DATABASE_URL.")]
    [InlineData("postgres://u:hunter2@h", "MetaGrains:Warehouse:DatabaseUrl (METAGRAINS_DATABASE_URL): The database URL names no database")]
    public void A_url_that_is_missing_or_malformed_is_refused_by_the_variables_name(string url, string says)
    {
        var result = Validate(new WarehouseOptions { DatabaseUrl = url });

        Assert.True(result.Failed);
        Assert.StartsWith(says, result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 10, 120, "MaxConnections must be 1 to 1000, not 0")]
    [InlineData(1001, 10, 120, "MaxConnections must be 1 to 1000, not 1001")]
    [InlineData(20, 0, 120, "ConnectTimeoutSeconds must be 1 to 300, not 0")]
    [InlineData(20, 301, 120, "ConnectTimeoutSeconds must be 1 to 300, not 301")]
    [InlineData(20, 10, 0, "CommandTimeoutSeconds must be 1 to 3600, not 0")]
    [InlineData(20, 10, 3601, "CommandTimeoutSeconds must be 1 to 3600, not 3601")]
    public void A_number_out_of_range_is_refused_by_its_key(int connections, int connect, int command, string says)
    {
        var result = Validate(new WarehouseOptions
        {
            DatabaseUrl = Url, MaxConnections = connections, ConnectTimeoutSeconds = connect, CommandTimeoutSeconds = command,
        });

        Assert.Equal($"MetaGrains:Warehouse:{says}.", result.FailureMessage);
    }

    [Fact]
    public void A_pool_takes_its_limits_from_the_options_and_names_itself_unless_the_url_does()
    {
        using var pool = WarehouseServices.DataSource(new WarehouseOptions
        {
            DatabaseUrl = Url, MaxConnections = 7, ConnectTimeoutSeconds = 8, CommandTimeoutSeconds = 9,
        });
        using var named = WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = Url + "?application_name=mine" });

        var settings = new NpgsqlConnectionStringBuilder(pool.ConnectionString);
        Assert.Equal((7, 8, 9, "metagrains"), (settings.MaxPoolSize, settings.Timeout, settings.CommandTimeout, settings.ApplicationName));
        Assert.False(settings.IncludeErrorDetail);
        Assert.Equal("mine", new NpgsqlConnectionStringBuilder(named.ConnectionString).ApplicationName);
    }

    private static ValidateOptionsResult Validate(WarehouseOptions options) => new WarehouseOptionsValidator().Validate(name: null, options);
}
