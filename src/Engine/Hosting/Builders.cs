using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Hosting
{
    /// <summary>Sets up a silo.</summary>
    public interface ISiloBuilder
    {
        IServiceCollection Services { get; }

        IConfiguration Configuration { get; }
    }

    /// <summary>Sets up a client.</summary>
    public interface IClientBuilder
    {
        IServiceCollection Services { get; }

        IConfiguration Configuration { get; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>Runs once when the silo can take calls. If it throws, the silo does not start.</summary>
    public interface IStartupTask
    {
        Task Execute(CancellationToken cancellationToken);
    }
}

namespace MetaGrains.Engine.Hosting
{
    internal sealed record SiloBuilder(IServiceCollection Services, IConfiguration Configuration) : Orleans.Hosting.ISiloBuilder;

    internal sealed record ClientBuilder(IServiceCollection Services, IConfiguration Configuration) : Orleans.Hosting.IClientBuilder;

    /// <summary>A startup task and its place among the others.</summary>
    internal sealed record StagedTask(int Stage, Func<IServiceProvider, CancellationToken, Task> Run);
}
