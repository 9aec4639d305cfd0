using MetaGrains.Cli.Output;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Cli.Hosting;

/// <summary>Starts a Graph simulator in this process.</summary>
internal static class LocalGraph
{
    /// <summary>Starts it.</summary>
    /// <exception cref="CliException">An option, which came from the command line, is wrong.</exception>
    public static Task<GraphSimulatorServer> StartAsync(GraphSimulatorOptions options, CancellationToken cancellationToken)
    {
        try
        {
            options.Validate();
        }
        catch (ArgumentException wrong)
        {
            throw CliException.BadInput(wrong.Message.Split(" (Parameter")[0], wrong);
        }

        return GraphSimulatorServer.StartAsync(options, cancellationToken);
    }
}
