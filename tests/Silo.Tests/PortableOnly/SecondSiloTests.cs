namespace MetaGrains.Silo.Tests.PortableOnly;

public sealed class SecondSiloTests
{
    private static readonly string[] FreePort = ["--listen", "127.0.0.1:0"];

    [Fact]
    public async Task A_second_silo_of_the_cluster_is_refused_in_one_line()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        var settings = RunningSilo.Settings(database.Url);
        settings["LOG_LEVEL"] = "warning";
        using var first = RunningSilo.Start(settings, FreePort);
        await first.ReadyAsync();

        using var second = RunningSilo.Start(settings, FreePort);
        var (exitCode, error) = await second.EndAsync();

        Assert.Equal(3, exitCode);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("this engine runs one silo", line, StringComparison.Ordinal);
    }
}
