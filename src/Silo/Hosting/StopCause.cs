using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace MetaGrains.Silo.Hosting;

/// <summary>Stops the host when somebody asks for it, and knows afterwards whether anybody did: a silo that ends by itself was put out.</summary>
internal sealed class StopCause : IDisposable
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly PosixSignalRegistration[] _signals;

    public StopCause(IHostApplicationLifetime lifetime, bool withStdin)
    {
        _lifetime = lifetime;
        _signals = [Listen(PosixSignal.SIGTERM), Listen(PosixSignal.SIGINT), Listen(PosixSignal.SIGQUIT)];
        if (withStdin)
            _ = Task.Run(ReadToEndAsync);
    }

    /// <summary>Whether it was asked for.</summary>
    public bool Asked { get; private set; }

    /// <summary>Asks for it.</summary>
    public void Stop()
    {
        Asked = true;
        _lifetime.StopApplication();
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
    }

    private PosixSignalRegistration Listen(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Stop();
    });

    // Its end is all that is of interest: the other end lives in the process that must not be outlived.
    private async Task ReadToEndAsync()
    {
        try
        {
            await using var input = Console.OpenStandardInput();
            await input.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // A broken input has ended, too.
        }

        Stop();
    }
}
