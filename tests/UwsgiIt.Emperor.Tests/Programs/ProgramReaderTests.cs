using UwsgiIt.Emperor.Programs;

namespace UwsgiIt.Emperor.Tests.Programs;

public sealed class ProgramReaderTests
{
    [Fact]
    public void Read_EveryKey_IsKept()
    {
        var definition = Read("""
            [program]
            exec = /bin/app --flag "two words"
            cwd = /srv
            env = A=1
            env = B=x=y
            restart = on-failure
            stop-signal = INT
            stop-timeout = 5
            reload-signal = SIGHUP
            listen = /run/a.sock
            listen = 127.0.0.1:8080
            on-demand = true
            memory = 64M
            cpu-weight = 50
            cron = 0 3 -1 -1 -1 backup
            cron2 = minute=-5,unique=1 tick
            domain = www.example.com
            ssl-ca-domain = ca.example.com k c !a
            proto = fastcgi
            """, out var faults);
        Assert.Empty(faults);
        Assert.Equal(["/bin/app", "--flag", "two words"], definition.Exec);
        Assert.Equal(["A=1", "B=x=y"], definition.Environment);
        Assert.Equal((RestartPolicy.OnFailure, 2, 1), (definition.Restart, definition.StopSignal, definition.ReloadSignal));
        Assert.Equal(TimeSpan.FromSeconds(5), definition.StopTimeout);
        Assert.Equal((64L << 20, 50), (definition.Memory, definition.CpuWeight));
        Assert.Equal(2, definition.Cron.Count);
        Assert.True(definition.Cron[1].IsUnique);
        Assert.Equal(("ca.example.com", "k", "c", "a", true), (definition.Names[1].Key, definition.Names[1].CertificateKey, definition.Names[1].Certificate, definition.Names[1].ClientCa, definition.Names[1].RequiresClient));
        Assert.True(definition.IsOnDemand);
    }

    [Theory]
    [InlineData("exec = 'open", "line 2")]
    [InlineData("exec = a\ncwd = relative", "line 3")]
    [InlineData("exec = a\nmemory = 1", "line 3")]
    [InlineData("exec = a\nmemory = 99999999999999999999G", "line 3")]
    [InlineData("exec = a\ncpu-weight = 0", "line 3")]
    [InlineData("exec = a\nstop-signal = NOPE", "line 3")]
    [InlineData("exec = a\nlisten = 8080", "line 3")]
    [InlineData("exec = a\ncron = 61 0 0 0 0 x", "line 3")]
    [InlineData("exec = a\ndomain = two words", "line 3")]
    [InlineData("exec = a\nport = 70000", "line 3")]
    [InlineData("exec = a\non-demand = true", "on-demand needs listen")]
    [InlineData("exec = a\ndomain = www.example.com", "to announce")]
    [InlineData("cwd = /", "exec is missing")]
    public void Read_Wrong_SaysWhere(string lines, string fault)
    {
        Read("[program]\n" + lines, out var faults);
        Assert.Contains(faults, sentence => sentence.Contains(fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[uwsgi]\nexec = a\n", true)]
    [InlineData("exec = a\n", true)]
    [InlineData("[program]\ncron = -1 -1 -1 -1 -1 x\n", true)]
    [InlineData("[uwsgi]\nexec-asap = a\nsocket = b\n", false)]
    [InlineData("[other]\nexec = a\n", false)]
    [InlineData("", false)]
    public void IsProgram_BySectionOrExec(string text, bool expected) => Assert.Equal(expected, ProgramReader.IsProgram(IniText.Read(text)));

    private static ProgramDefinition Read(string text, out List<string> faults) => ProgramReader.Read(IniText.Read(text), out faults);
}
