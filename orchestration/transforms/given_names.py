"""Common given names, for telling a person's name from a heading of the same shape: `Nora Field`, `Consensus Engine`.

A list, not a rule: a name that is missing only means that something else must say that a person is meant. Left out are
names that technology and headings use as words (`Ruby`, `Crystal`, `Art`, `Hope`).
"""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


GIVEN_NAMES = frozenset(
    _words(
        """
        aaron abby abdul abdullah abel abhishek abigail abraham ada adam adrian adriana adrien agata agnes agnieszka
        ahmad ahmed aidan aiden aisha ajay akash akira akshay alain alan alana alastair albert alberto aldo alec
        alejandra alejandro aleksandar aleksander aleksandra alena alessandra alessandro alessia alessio alex alexa
        alexander alexandra alexandre alexandru alexei alexey alexia alexis alfonso alfred ali alice alicia alina
        alisa alison allan allen allison alok alvaro alyssa amanda amandine amar amelia amina amir amit amrita amy ana
        anand ananya anastasia anders andre andrea andreas andreea andrei andres andrew andrey andrzej andy angel
        angela angelica angelika angelina angelo angie anil anita anja anjali anke ankit ankur ann anna annabel anne
        annemarie annette annie annika anthony antoine anton antonia antonio antonis anu anuj anup anurag anya april
        arash archie ari ariana arianna ariel arjun arkady armin arnaud arne arnold artem arthur arturo arun arvind
        asha ashish ashley ashok ashwin astrid athena audrey august augusto aurelie avery avi axel ayesha ayse barbara
        barry bart bartosz bas beatrice beatriz becca becky behnam bella ben benedict benedikt benjamin benoit
        bernadette bernard bernd bernhard bernie bert beth bethany betsy betty bianca bilal bill billy birgit bjarne
        bjorn blake bob bobby bogdan bojan boris brad bradley brandon brenda brendan brent bret brett brian briana
        brianna bridget britney brittany brooke bruce bruno bryan bryce burak byron caleb calvin cameron camila
        camilla camille candace cara carina carl carla carlo carlos carly carmen carol carolina caroline carolyn
        carrie carsten carter cary casey cassandra cassie catalina caterina catherine cathy cecilia cedric celeste
        celia celine cem cesar chad chaim chandra chao charlene charles charlie charlotte chelsea chen cheng cheryl
        chester chetan chiara chitra chloe chris chrissy christa christian christiane christina christine christof
        christoph christophe christopher christy chuck cindy claire clara clare clarissa claudia claudio clay clayton
        clement clementine cliff clifford clint clinton cody colette colin colleen connor conor conrad constance
        constantin constantine cooper corey corinne cornelia cory courtney craig cristian cristiano cristina curtis
        cynthia cyril cyrus dagmar daisuke dale damian damien damon dan dana dane dani daniel daniela daniele danielle
        danilo danny daphne daria dario darius darko darrell darren darryl daryl dave david davide dawid dean deb
        debbie deborah debra deepa deepak deirdre denis denise dennis derek derrick desmond devin devon dhruv diana
        diane didier diego dieter dilip dimitri dimitris dina dinesh dirk divya dmitri dmitry dmytro dominic dominik
        dominika dominique don donald donna donovan dora doreen doris dorothea dorothy doug douglas drew duncan dustin
        dusty dwayne dylan ebony eddie edgar edith edmund eduardo edward edwin efrat egor eileen ekaterina elaine
        eleanor elena eleni eli elia elias elijah elinor eliot elisa elisabeth elise elizabeth ella ellen ellie elliot
        elliott elodie eloise elon elsa elvira elvis emanuel emanuele emerson emil emilia emilie emilio emily emma
        emmanuel emre enrico enrique eric erica erich erick erik erika erin ernest ernesto ernst ervin esteban estelle
        esther ethan etienne eugene eugenia eva evan evangeline eve evelyn evgeny ezra fabian fabien fabio fabrice
        fabrizio farah fatima federica federico felicia felicity felipe felix ferdinand fernanda fernando filip
        filippo finn fiona flavio flora florent florian floyd frances francesca francesco francine francis francisco
        franck franco francois francoise frank franz fred freddie frederic frederick frederik friedrich fritz gabe
        gabor gabriel gabriela gabriele gabriella gabrielle gael gareth garrett gary gaurav gavin geert gemma gene
        genevieve geoff geoffrey georg george georgina georgios gerald geraldine gerard gerd gerhard gert giacomo
        gianluca gianni gideon gil gilbert gilles gillian gina ginny giorgio giovanna giovanni giulia giulio giuseppe
        gladys glen glenn gloria gonzalo gopal gordon grace graeme graham greg gregor gregory greta gretchen grzegorz
        guido guilherme guillaume guillermo gunnar gunther gus gustav gustavo guy gwen hadley hakan hal hamid hana
        hank hanna hannah hannes hans harald hari harold harriet harrison harry harsh harsha harvey hassan hazel
        heather hector heidi heike heiko heinrich heinz helen helena helene helga helmut hemant hendrik henning henri
        henrik henry herbert herman hermann hilary hilda hiroshi hitesh holger holly howard hubert hugh hugo humberto
        hunter hussein ian ibrahim ida ignacio igor ilaria ilia ilona ilya imran ina ines inga inge ingo ingrid ioana
        irene irina iris irma irving isaac isabel isabella isabelle isaiah ismail istvan itai ivan ivana ivo ivy jack
        jackie jackson jaclyn jacob jacqueline jacques jake jakob jakub jamal james jamie jan jana jane janet janice
        janine janusz jared jarek jaroslav jasmin jasmine jason jasper javier jay jean jeanette jeanne jed jeff
        jeffrey jelena jen jenna jennifer jenny jens jeremiah jeremie jeremy jerod jerome jerry jesse jessica jessie
        jesus jill jillian jim jimmy jin jing jitendra jo joachim joan joana joann joanna joanne joao joaquin jochen
        jodie jody joe joel joelle joerg johan johann johanna johannes john johnathan johnny johnson jon jonah jonas
        jonathan joni jordan jordi jorg jorge jorn jose josef josefina joseph josephine josh joshua josie joyce juan
        juanita judith judy juergen jules julia julian juliana juliane julianne julie julien juliet juliette julio
        julius jun june jurgen justin justine justyna kai kaitlin kamal kamil kara karan karel karen karim karin
        karina karl karla karolina karsten karthik kasia kasper kat kate katelyn katerina katharina katherine kathleen
        kathrin kathryn kathy katie katja katrin katrina katy kavita kay kayla keith kelly kelsey ken kendall kendra
        kenji kenneth kenny kent kerry kerstin kevin khaled khalid kian kim kimberly kip kira kiran kirk kirsten
        kirsty kit klara klaus knut kofi konrad konstantin kris krishna kristen kristian kristin kristina kristine
        kristof kristy krzysztof kumar kunal kurt kwame kyle kylie lara larissa larry lars laszlo laura lauren
        laurence laurent laurie lavanya lawrence lea leah leander lee leif leila lena lenny leo leon leonard leonardo
        leonid leonie leopold leroy lesley leslie lester leticia levi lewis lex li lia liam liana lidia liliana
        lillian lily lin lina linda lindsay lindsey linus lionel lisa liv liz liza lizzie lloyd logan lois lola lorena
        lorenzo loretta lori lorraine lothar lou louis louisa louise luc luca lucas lucia lucian luciana luciano lucie
        lucien lucille lucinda lucy ludovic ludwig luigi luis luisa lukas lukasz luke lutz lydia lyle lynn maarten
        mabel maciej maddie madeleine madeline madison magda magdalena magnus mahesh mahmoud mai maja malcolm malik
        malin mallory mamadou mandy manfred manish manoj manon manuel manuela mara marc marcel marcela marcelo marcia
        marcin marco marcos marcus marcy marek margaret margarita margaux margit margo margot maria mariam mariana
        marianne marie marielle marija marilyn marina mario marion marisa marissa marius marjorie mark marko markus
        marlene marlon marta martha martin martina marty marvin mary maryam massimo mat mateo mateusz mathew mathias
        mathieu mathilde matt matteo matthew matthias matthieu maureen maurice mauricio mauro max maxim maxime
        maximilian maya mayank mayur meera meg megan meghan mehdi mehmet mei mel melanie melinda melissa melody
        mercedes meredith merlin merve mia micah michael michaela michal micheal michel michela michele michelle
        miguel mihai mika mike mikhail miki mikkel mila milan milena miles milo milos milton mimi min mina ming mira
        miranda miriam mitch mitchell mohamed mohammad mohammed mohit moira molly mona monica monika monique morgan
        moritz morten moses mustafa myles myra myriam nabil nadia nadine nadja nana nancy naomi nasser nat natalia
        natalie natalya natasha nate nathalie nathan nathaniel naveen navin ned neda neel neha neil nell nelson nestor
        neville nia niall nic nicholas nick nicky nico nicola nicolas nicole nicoletta niels nigel nikhil nikita
        niklas niko nikola nikolai nikolaos nikolas nikolay nils nina nisha nitin noa noah noam noel noelle noemi nora
        norbert noreen norma norman nuno octavia odette olaf ole oleg oleksandr olga oliver olivia olivier omar omer
        oren orlando oscar oskar otto owen pablo paige pam pamela panos paola paolo parag parisa parker pascal pat
        patrice patricia patrick patrik patryk patti paul paula paulina pauline paulo pavel pawel pedro peggy penelope
        penny percy perry pete peter petr petra phil philip philipp philippa philippe phillip phoebe phyllis pia pier
        pierre pieter piotr polly pooja prakash pranav prasad prashant pratik praveen preeti priscilla priya priyanka
        quentin quincy quinn rachel radek rafael rafal raghav raghu rahul raj rajat rajeev rajesh rajiv rakesh ralf
        ralph ram rama ramesh ramon rana randall randy ranjit raphael raquel rashid raul ravi ray raymond rebecca reed
        regina reid reiner reinhard rejane remi remy renata renate rene renee reza rhonda ricardo riccardo rich
        richard rick ricky riley rina rishi rita rob robbie robert roberta roberto robin rocco rochelle rod roderick
        rodney rodolfo rodrigo roger rohan rohit roland rolf roma romain roman romana ron ronald ronan ronnie rory
        rosa rosalie rosalind rosemary rosie ross roxanne roy ruben rudi rudolf rufus rui rupert russ russell ruth
        ryan sabine sabrina sachin safia sahil sally salman salvador salvatore sam samantha samir samira sammy samuel
        sandeep sander sandi sandra sandro sandy sanjay sanjeev santiago sara sarah sasha saskia satish saul saurabh
        scott sean sebastian sebastien selena selim selina serena serge sergei sergey sergio seth shane shankar
        shannon sharon shashank shaun shauna shawn sheila shelby sheldon shelley shelly sheri sherry shilpa shira
        shiva shreya shruti shubham sid siddharth sidney siegfried sienna sierra sigrid silas silke silvia simon
        simona simone sina sinead siobhan sofia solomon sonal sonia sonja sonya sophia sophie soren spencer sri stacey
        stacy stan stanislav stanley stefan stefania stefanie stefano steffen stella steph stephan stephane stephanie
        stephen steve steven stewart stu stuart subhash sue suhas sujata sumit sunil sunita suresh susan susana
        susanna susanne susie suz suzanne suzy sven svetlana sylvain sylvia sylvie tabitha tal tamara tamas tammy
        tania tanja tanner tanya tara tariq tarun tasha tatiana tatjana taylor ted terence teresa teri terrence terri
        terry tess tessa thaddeus thea theo theodora theodore theresa therese thierry thijs thilo thomas thorsten
        tiago tiffany tim timo timothy tina tobias toby tod todd tom tomas tomasz tommy tomoko toni tonia tony torben
        torsten tracey tracy travis trent trevor tricia trisha tristan troy tyler tyrone udo ulf ulrich ulrike uma
        umberto ursula usha ute uwe vadim valentin valentina valeria valerie vanessa varun vasilis vera verena vernon
        veronica veronika vicki vicky victor victoria vignesh vijay vikas vikram vikrant viktor viktoria vinay vince
        vincent vincenzo vinod viola violet violeta vishal vitalik vitaly vivek vivian viviana vivienne vlad vladimir
        volker wade wally walter wanda warren wayne wei wendy werner wes wesley wilfried wilhelm will willem william
        willie wilma wilson winnie winston wojciech wolf wolfgang xavier xiang xiao yael yan yana yann yannick yara
        yash yasmin yasmine ye yi ying yoav yolanda yoshi youssef yuan yuki yulia yuri yusuf yves yvette yvonne zac
        zach zachary zack zain zara zeke zeynep zhang zhen zoe zoey zoltan zsolt zuzana
        """
    )
)
