using System.CommandLine;
using UwsgiIt.Cli;
using UwsgiIt.Cli.Api;
using UwsgiIt.Cli.Ctl;

var root = new RootCommand("UwsgiIt from the command line.") { AnnounceCommand.Create(), CtlCommand.Create() };
var connection = new ConnectionOptions();
foreach (var command in KindCommands.Create(connection).Prepend(ApiCommands.Create(connection)))
{
    connection.AddTo(command);
    root.Add(command);
}

// '@' marks a file whose text is sent along; the parser's own use of it (files of arguments) is off. Signals are the command's to handle.
var parser = new ParserConfiguration { ResponseFileTokenReplacer = null };
return await root.Parse(args, parser).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = true, ProcessTerminationTimeout = null });
