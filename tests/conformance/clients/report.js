// Says what came of each call: a line of JSON with its name and what the library made of the answer. `refusal` makes
// of an error of the library what matters of it, or nothing where it is no refusal.
module.exports = (refusal) =>
  async function say(name, call, show = (result) => result) {
    let result;
    try {
      result = await call();
    } catch (error) {
      const refused = refusal(error);
      if (refused === undefined) throw error;
      console.log(JSON.stringify({ name, refused }));
      return undefined;
    }
    console.log(JSON.stringify({ name, said: await show(result) }));
    return result;
  };
