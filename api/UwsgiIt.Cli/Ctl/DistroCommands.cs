using System.CommandLine;
using System.Diagnostics;

namespace UwsgiIt.Cli.Ctl;

/// <summary><c>uwsgiit ctl distro</c>: root file systems for containers, made whole under another name and then renamed.</summary>
internal static class DistroCommands
{
    private static readonly Dictionary<string, string> Suites = new(StringComparer.Ordinal) { ["debian-11"] = "bullseye", ["debian-12"] = "bookworm", ["debian-13"] = "trixie" };

    private static readonly Option<string> Root = new("--distros-root") { Description = "Where distros are.", DefaultValueFactory = static _ => "/distros", Recursive = true };
    private static readonly Option<string> Daemon = new("--containerd") { Description = "The daemon's program, which prepares them.", DefaultValueFactory = static _ => "uwsgiit-containerd", Recursive = true };

    public static Command Create() => new("distro", "Root file systems that containers start from.") { Root, Daemon, Add(), Import(), Prepare(), List() };

    private static Command Add()
    {
        var name = new Argument<string>("name") { Description = "debian-11, debian-12 or debian-13." };
        var mirror = new Option<string>("--mirror") { Description = "Where packages come from.", DefaultValueFactory = static _ => "http://deb.debian.org/debian" };
        var architecture = new Option<string?>("--arch") { Description = "Another architecture, for example i386; the distro's name gets it as a suffix." };
        var include = new Option<string>("--include") { Description = "Packages, with commas.", DefaultValueFactory = static _ => "uwsgi-core,uwsgi-plugin-python3" };
        var command = new Command("add", "Make a distro with debootstrap.") { name, mirror, architecture, include };
        command.SetAction((parsed, _) => CtlCommand.RunAsync(() =>
        {
            if (!Suites.TryGetValue(parsed.GetValue(name)!, out var suite))
            {
                throw new IOException($"{parsed.GetValue(name)} is none of {string.Join(", ", Suites.Keys)}");
            }

            var arch = parsed.GetValue(architecture);
            return MakeAsync(parsed, parsed.GetValue(name) + (arch is null ? "" : "-" + arch), folder =>
                Run("debootstrap", ["--variant=minbase", $"--include={parsed.GetValue(include)}", .. arch is null ? Array.Empty<string>() : [$"--arch={arch}"], suite, folder, parsed.GetValue(mirror)!]));
        }));
        return command;
    }

    private static Command Import()
    {
        var name = new Argument<string>("name") { Description = "What to call it: letters, digits and . _ -" };
        var archive = new Argument<FileInfo>("tar") { Description = "An archive that tar can read." };
        var command = new Command("import", "Make a distro out of an archive of a root file system.") { name, archive };
        command.SetAction((parsed, _) => CtlCommand.RunAsync(() =>
            MakeAsync(parsed, parsed.GetValue(name)!, folder =>
            {
                Directory.CreateDirectory(folder);
                Run("tar", ["--extract", "--file", parsed.GetValue(archive)!.FullName, "--directory", folder, "--numeric-owner", "--xattrs", "--exclude=./dev/*"]);
            })));
        return command;
    }

    private static Command Prepare()
    {
        var name = new Argument<string>("name") { Description = "The distro." };
        var command = new Command("prepare", "Make an existing root file system fit for containers; harmless when it is.") { name };
        command.SetAction((parsed, _) => CtlCommand.RunAsync(() =>
        {
            Run(parsed.GetValue(Daemon)!, ["--prepare-distro", Path.Combine(parsed.GetValue(Root)!, Plain(parsed.GetValue(name)!))]);
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Distros that there are.");
        command.SetAction((parsed, _) => CtlCommand.RunAsync(() =>
        {
            foreach (var path in Directory.EnumerateDirectories(parsed.GetValue(Root)!).Where(static path => Directory.Exists(path + "/usr")).Order(StringComparer.Ordinal))
            {
                Console.WriteLine(Path.GetFileName(path));
            }

            return Task.CompletedTask;
        }));
        return command;
    }

    private static Task MakeAsync(ParseResult parsed, string name, Action<string> make)
    {
        var target = Path.Combine(parsed.GetValue(Root)!, Plain(name));
        if (Directory.Exists(target))
        {
            throw new IOException($"{target} exists; remove it first, or give the new one another name");
        }

        Directory.CreateDirectory(parsed.GetValue(Root)!);
        var unfinished = Path.Combine(parsed.GetValue(Root)!, $".{name}.new");
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        make(unfinished);
        Run(parsed.GetValue(Daemon)!, ["--prepare-distro", unfinished]);
        Directory.Move(unfinished, target);
        Console.WriteLine(target);
        return Task.CompletedTask;
    }

    private static string Plain(string name) =>
        name.Length is > 0 and <= 64 && name[0] != '.' && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') ? name : throw new IOException($"'{name}' is not a name of letters, digits and . _ -");

    private static void Run(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new IOException($"{program} ended with {process.ExitCode}");
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException($"{program}: {e.Message}", e);
        }
    }
}
