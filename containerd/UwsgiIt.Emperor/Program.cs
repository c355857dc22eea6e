using UwsgiIt.Emperor.Announcing;
using UwsgiIt.Emperor.Setup;
using UwsgiIt.Emperor.Supervision;

// Verbs of the daemon, not of people: supervise SETTINGS.json.
SupervisorSignals.Prepare();
return args switch
{
    ["build"] => ContainerBuilder.Run(),
    ["contain"] => ContainerSetup.TryRun(out var settings) ? Supervisor.Run(settings) : 70,
    ["session"] => SessionStage.Run(),
    ["supervise", var file] => Supervise(file),
    _ => Usage(),
};

static int Supervise(string file)
{
    if (!SupervisorSettings.TryRead(file, out var settings, out var fault))
    {
        Console.Error.WriteLine($"uwsgiit-emperor: {fault}");
        return 78;
    }

    settings.Signer = SigningKey.PrepareFrom(settings, out var keyFault);
    if (keyFault is not null)
    {
        Console.Error.WriteLine($"uwsgiit-emperor: {keyFault}");
        return 78;
    }

    return Supervisor.Run(settings);
}

static int Usage()
{
    Console.Error.WriteLine("uwsgiit-emperor is started by uwsgiit-containerd. By hand: uwsgiit-emperor supervise SETTINGS.json");
    return 64;
}
