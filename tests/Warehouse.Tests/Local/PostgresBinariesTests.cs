using System.Runtime.Versioning;
using MetaGrains.Warehouse.Local;

namespace MetaGrains.Warehouse.Tests.Local;

/// <summary>Tests that change the environment run alone, after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EnvironmentCollection
{
    public const string Name = "environment";
}

[UnsupportedOSPlatform("windows")]
[Collection(EnvironmentCollection.Name)]
public sealed class PostgresBinariesTests
{
    [Fact]
    public void Installed_programs_are_found_and_are_new_enough()
    {
        var found = PostgresBinaries.FindInstalled();

        Assert.NotNull(found);
        Assert.InRange(found.MajorVersion, PostgresBinaries.OldestMajor, 99);
        Assert.All(new[] { "initdb", "pg_ctl", "postgres" }, program => Assert.True(File.Exists(found.Program(program))));
        Assert.Null(PostgresBinaries.FindInstalled(major: 9));
    }

    [Fact]
    public async Task The_override_is_taken_and_one_that_points_nowhere_is_refused_by_name()
    {
        var installed = PostgresBinaries.FindInstalled()!;
        await using var state = StateFolder.Create();
        try
        {
            Override(installed.Directory);
            Assert.Equal(installed, PostgresBinaries.FindInstalled());

            Override("/nowhere/at/all");
            var refused = await Assert.ThrowsAsync<LocalPostgresException>(state.StartAsync);
            Assert.Contains("METAGRAINS_POSTGRES_BIN is /nowhere/at/all", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }
        finally
        {
            Override(null);
        }
    }

    [Theory]
    [InlineData("#!/bin/sh\necho 'postgres (PostgreSQL) 13.4'\n", true)]
    [InlineData("#!/bin/sh\necho nonsense\n", true)]
    [InlineData("#!/bin/sh\necho 'version 99999999999999'\n", true)]
    [InlineData("no program", false)]
    public async Task A_folder_whose_programs_are_too_old_or_no_programs_is_refused(string postgres, bool executable)
    {
        await using var state = StateFolder.Create("bin");
        Directory.CreateDirectory(state.Path);
        foreach (var program in new[] { "initdb", "pg_ctl", "postgres" })
        {
            await File.WriteAllTextAsync(Path.Combine(state.Path, program), postgres);
            File.SetUnixFileMode(Path.Combine(state.Path, program), executable ? UnixFileMode.UserRead | UnixFileMode.UserExecute : UnixFileMode.UserRead);
        }

        try
        {
            Override(state.Path);
            var refused = Assert.Throws<LocalPostgresException>(() => PostgresBinaries.FindInstalled());
            Assert.Contains("version 14 or newer", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            Override(null);
        }
    }

    [Fact]
    public async Task Programs_that_are_links_are_found_where_they_really_are()
    {
        var installed = PostgresBinaries.FindInstalled()!;
        await using var state = StateFolder.Create("bin");
        Directory.CreateDirectory(state.Path);
        File.CreateSymbolicLink(Path.Combine(state.Path, "postgres"), installed.Program("postgres"));
        try
        {
            Override(state.Path);
            Assert.Equal(installed, PostgresBinaries.FindInstalled());
        }
        finally
        {
            Override(null);
        }
    }

    [Fact]
    public async Task A_cluster_of_another_version_than_the_programs_is_told_in_one_line()
    {
        await using var state = StateFolder.Create();
        await using (await state.StartAsync())
        {
        }

        var version = Path.Combine(state.Server, "data", "PG_VERSION");
        var real = await File.ReadAllTextAsync(version);
        try
        {
            Override(PostgresBinaries.FindInstalled()!.Directory);
            await File.WriteAllTextAsync(version, "13\n");

            var refused = await Assert.ThrowsAsync<LocalPostgresException>(state.StartAsync);

            Assert.Contains("was made by PostgreSQL 13, which is no longer installed", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            Override(null);
            await File.WriteAllTextAsync(version, real);
        }
    }

    private static void Override(string? folder) => Environment.SetEnvironmentVariable(PostgresBinaries.OverrideVariable, folder);
}
