namespace UwsgiIt.Emperor.Supervision;

/// <summary>What every part of an Emperor works with.</summary>
internal sealed record VassalContext(SupervisorSettings Settings, EventLoop Loop, EmperorLog Log, Children Children, TimeProvider Time)
{
    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>HOME, PATH and LANG: all that a child inherits.</summary>
    public List<string> BaseEnvironment()
    {
        List<string> environment = [$"HOME={Settings.Home}", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
        if (Settings.Language is { Length: > 0 } language)
        {
            environment.Add($"LANG={language}");
        }

        return environment;
    }
}
